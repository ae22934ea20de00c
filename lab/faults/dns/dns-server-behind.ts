// Seen: the one server names the new pod at once; the other stays 1/1 Running, says `watch … ended with` and `failed to
// list`, and gives out the address of the pod that is gone for as long as one looks.
import { app, deployment, objectsOf, service } from '../../breaks/app.ts'
import { COREDNS, corednsPods } from '../../breaks/coredns.ts'
import { addRules, removeRules, type Rule } from '../../breaks/firewall.ts'
import { nodeNamed } from '../../breaks/node.ts'
import { onNode } from '../../breaks/place.ts'
import { until } from '../../breaks/until.ts'
import type { Lab } from '../../lab.ts'
import { CONTROL_PLANE } from '../../plan.ts'
import type { Fault } from '../fault.ts'

const NAMESPACE = 'f-behind'
const parts = app(NAMESPACE)
const cart = service(NAMESPACE, 'cart', { port: 8080, targetPort: 8080 })
const headless: typeof cart = { ...cart, spec: { ...cart.spec, clusterIP: 'None' } }
const objects = objectsOf({ ...parts, cart: deployment(NAMESPACE, 'cart'), cartService: headless })

/** The way of one pod to the API server; all others keep theirs. */
function rules(ip: string): readonly Rule[] {
  const api = ['-d', `${CONTROL_PLANE.ip}/32`, '-p', 'tcp', '-m', 'tcp', '--dport', '6443']
  return [
    {
      table: 'filter',
      chain: 'FORWARD',
      rule: ['-s', `${ip}/32`, ...api, '-j', 'REJECT', '--reject-with', 'tcp-reset'],
    },
  ]
}

async function says(lab: Lab, server: string): Promise<string> {
  const name = `cart.${NAMESPACE}.svc.cluster.local.`
  const { stdout } = await onNode(lab, 'control-plane').run(['busybox', 'nslookup', '-type=a', name, server], {
    timeoutMs: 3000,
  })
  return /Address:\s+(\d+(?:\.\d+){3})\s*$/m.exec(stdout.split(/Name:/).at(-1) ?? '')?.[1] ?? ''
}

async function podAddress(lab: Lab): Promise<string> {
  const path = '-o=jsonpath={.items[*].status.podIP}'
  return (await lab.kubectl(['-n', NAMESPACE, 'get', 'pods', '-l', 'app=cart', path])).trim()
}

async function servers(lab: Lab): Promise<Awaited<ReturnType<typeof corednsPods>>> {
  return (await corednsPods(lab)).toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

async function both(lab: Lab): Promise<readonly string[]> {
  return Promise.all((await servers(lab)).map(({ ip }) => says(lab, ip)))
}

const fault: Fault = {
  name: 'dns-server-behind',
  kind: 'fault',
  breaks: 'one DNS server of two is cut off from the API server, stays ready, and answers with what it knew',
  symptom: 'a headless Service leads to a pod that is gone in half of all lookups',
  cause: { code: 'DNS190', subject: `Pod/${COREDNS.namespace}/coredns-*` },
  reach: { kind: 'cluster' },
  diagnose: ['dns', '-n', NAMESPACE],
  async inject(lab) {
    const items = [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }, ...objects]
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
    await lab.kubectl(['apply', '--validate=false', '-f', '-'], list)
    await lab.kubectl(['-n', NAMESPACE, 'rollout', 'status', 'deployment/cart', '--timeout=90s'])
    const old = await podAddress(lab)
    await until('both servers name the pod', async () => (await both(lab)).every((it) => it === old))
    const [first] = await servers(lab)
    if (first !== undefined) await addRules(onNode(lab, nodeNamed(lab, first.node).netns), rules(first.ip))
    await until('the one server has lost the API server', async () => {
      const log = await lab.kubectl(['-n', COREDNS.namespace, 'logs', first?.name ?? '', '--since=60s'])
      return /ended with|failed to list|connection reset/i.test(log)
    })
    await lab.kubectl(['-n', NAMESPACE, 'delete', 'pod', '-l', 'app=cart'])
    await lab.kubectl(['-n', NAMESPACE, 'rollout', 'status', 'deployment/cart', '--timeout=90s'])
    await until('one names the old pod, and the other the new one', async () => {
      const now = await podAddress(lab)
      const [behind, other] = await both(lab)
      return now !== old && behind === old && other === now
    })
  },
  async takeBack(lab) {
    for (const { ip } of await servers(lab))
      for (const node of lab.nodes) await removeRules(onNode(lab, node.netns), rules(ip))
    const isThere = (await lab.kubectl(['get', 'namespace', NAMESPACE, '--ignore-not-found', '-o', 'name'])).trim()
    if (isThere === '') return
    await until('both servers name the pod again', async () => {
      const now = await podAddress(lab)
      return (await both(lab)).every((it) => it === now)
    })
  },
  async remove(lab) {
    await fault.takeBack(lab)
    await lab.kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--timeout=120s'])
  },
}

export default fault
