// What runs inside the cluster before anyone uses it, and how to tell that it does.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { LabError } from '../errors.ts'
import { INGRESS_URL, KUBECONFIG, type Worker } from '../plan.ts'
import { must, run } from '../process.ts'

const HERE = join(import.meta.dirname, '..')
const SHOP = join(HERE, 'shop', 'manifests.yaml')

export function kubectl(args: readonly string[], stdin?: string): Promise<string> {
  return must(['kubectl', '--kubeconfig', KUBECONFIG, ...args], stdin === undefined ? {} : { stdin })
}

/** The Node objects go first: a kubelet that registers itself cannot choose its own range of pod addresses. */
function nodeObjects(workers: readonly Worker[]): string {
  const items = workers.map(({ name, podCidr }) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    spec: { podCIDR: podCidr, podCIDRs: [podCidr] },
  }))
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
}

/** Validation would fetch the API's whole description first; these manifests are our own. */
async function apply(...manifests: readonly string[]): Promise<void> {
  await kubectl(['apply', '--server-side', '--validate=false', '-f', '-'], manifests.join('\n---\n'))
}

export async function applyNodes(workers: readonly Worker[]): Promise<void> {
  await apply(nodeObjects(workers))
}

export async function applyAddons(): Promise<void> {
  const names = ['kube-proxy', 'coredns', 'ingress-nginx', 'busybox']
  const paths = [...names.map((name) => join(HERE, 'manifests', `${name}.yaml`)), ...(existsSync(SHOP) ? [SHOP] : [])]
  await apply(...(await Promise.all(paths.map((path) => readFile(path, 'utf8')))))
}

export async function waitForNodes(): Promise<void> {
  await kubectl(['wait', '--for=condition=Ready', 'nodes', '--all', '--timeout=120s'])
}

export async function waitForWorkloads(): Promise<void> {
  const listed = await kubectl(['get', 'deployments,daemonsets,statefulsets', '-A', '-o', 'json'])
  const { items } = JSON.parse(listed) as { items: { kind: string; metadata: { name: string; namespace: string } }[] }
  await Promise.all(
    items.map(({ kind, metadata }) =>
      kubectl(['rollout', 'status', `${kind.toLowerCase()}/${metadata.name}`, '-n', metadata.namespace, '--timeout=90s']),
    ),
  )
}

/** Any answer of the controller will do: with no Ingress it says 404. */
export async function waitForIngress(): Promise<void> {
  for (let waited = 0; waited < 60_000; waited += 200) {
    const answer = await run(['curl', '-s', '-o', '/dev/null', '--max-time', '2', INGRESS_URL])
    if (answer.code === 0) return
    await sleep(200)
  }
  throw new LabError(`nothing answers at ${INGRESS_URL}`, 'npm run lab -- status')
}
