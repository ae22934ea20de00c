// What runs inside the cluster before anyone uses it, and how to tell that it does.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { LabError } from '../errors.ts'
import type { Layout } from '../layout.ts'
import { inNamespace } from '../net/namespace.ts'
import { INGRESS_PORT, KUBECONFIG, type Worker } from '../plan.ts'
import { must, run } from '../process.ts'

const HERE = join(import.meta.dirname, '..')
const SHOP = join(HERE, 'shop', 'manifests.yaml')

function kubectl(args: readonly string[], stdin?: string): Promise<string> {
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

export async function applyAddons(layout: Layout): Promise<void> {
  const paths = layout.manifests.map((name) => join(HERE, 'manifests', `${name}.yaml`))
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')))
  await apply(...texts, ...(existsSync(SHOP) ? [shopIn(layout, await readFile(SHOP, 'utf8'))] : []))
}

/** The name stands there as a namespace alone: as the Namespace's own, and in each object's metadata. */
function shopIn({ shop }: Layout, manifests: string): string {
  return manifests
    .replace('kind: Namespace\nmetadata: {name: shop}', `kind: Namespace\nmetadata: {name: ${shop}}`)
    .replaceAll('namespace: shop', `namespace: ${shop}`)
}

export async function waitForNodes(): Promise<void> {
  await kubectl(['wait', '--for=condition=Ready', 'nodes', '--all', '--timeout=120s'])
}

export async function waitForWorkloads(): Promise<void> {
  const listed = await kubectl(['get', 'deployments,daemonsets,statefulsets', '-A', '-o', 'json'])
  const { items } = JSON.parse(listed) as { items: { kind: string; metadata: { name: string; namespace: string } }[] }
  await Promise.all(
    items.map(({ kind, metadata }) =>
      kubectl([
        'rollout',
        'status',
        `${kind.toLowerCase()}/${metadata.name}`,
        '-n',
        metadata.namespace,
        '--timeout=90s',
      ]),
    ),
  )
}

async function untilTrue(what: string, question: () => Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < 60_000; waited += 100) {
    if (await question()) return
    await sleep(100)
  }
  throw new LabError(`${what} after 60 s`, 'npm run lab -- status')
}

/** A kube-proxy pod counts as ready before it has written a rule, so the rules are asked: DNS, and the way to a pod. */
export async function waitForServices(worker: Worker, layout: Layout): Promise<void> {
  const lookUp = ['/bin/busybox', 'nslookup', `kubernetes.default.svc.${layout.domain}`, layout.nameserver]
  await untilTrue(`the cluster's DNS does not answer ${worker.name}`, async () => {
    return (await run(inNamespace(worker.netns, lookUp), { timeoutMs: 2000 })).code === 0
  })
  const url = `http://${worker.ip}:${INGRESS_PORT}/v1/health`
  const request = ['curl', '--silent', '--fail', '--max-time', '2', '--header', 'Host: web.example.com', url]
  // With no application there is no Ingress, and nginx's own 404 has to do.
  const expected = existsSync(SHOP) ? [0] : [0, 22]
  await untilTrue(`the ingress controller does not answer at ${url}`, async () => {
    return expected.includes((await run(request)).code)
  })
}

/**
 * Nodes that are not ready yet, config maps that come a second later: events that would be noise in every recording.
 */
export async function forgetStart(): Promise<void> {
  const names = (await kubectl(['get', 'namespaces', '-o', 'name'])).trim().split('\n')
  await Promise.all(
    names.map((name) => kubectl(['delete', '--raw', `/api/v1/namespaces/${name.replace('namespace/', '')}/events`])),
  )
}
