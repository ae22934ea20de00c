// What is broken in the foreign layout, by its own names. Each meets the whole cluster; after it, the manifest is put
// back as a whole.
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { isAnswered, type Question } from '../breaks/ask-dns.ts'
import { addRules, removeRules, type Rule } from '../breaks/firewall.ts'
import { inPod, onNode, type Place, pods, type RunningPod } from '../breaks/place.ts'
import { until } from '../breaks/until.ts'
import { startStubDns } from '../cluster/upstream-dns.ts'
import { type Lab, LabError } from '../lab.ts'

const DNS = { namespace: 'dns-system', name: 'dns-coredns', selector: 'app.kubernetes.io/instance=dns' }
const SHOP = 'storefront'

export interface ForeignFault {
  readonly name: string
  /** What must be named first; `*` in the subject stands for a generated name. */
  readonly cause: { readonly code: string; readonly subject: string }
  /** With `--probe` where the objects alone don't tell. */
  readonly diagnose: readonly string[]
  readonly inject: (lab: Lab) => Promise<void>
  readonly takeBack: (lab: Lab) => Promise<void>
  /** The plan that mends it, and each object that it writes. */
  readonly plan?: { readonly args: readonly string[]; readonly writes: readonly string[] }
}

const port53: readonly Rule[] = (['udp', 'tcp'] as const).map((protocol) => ({
  table: 'filter',
  chain: 'INPUT',
  rule: ['-p', protocol, '-m', protocol, '--dport', '53', '-j', 'DROP'],
}))

export const foreignFaults: readonly ForeignFault[] = [
  {
    name: 'the selector of the DNS Service finds no pod',
    cause: { code: 'DNS107', subject: `Service/${DNS.namespace}/${DNS.name}` },
    diagnose: ['dns', '--probe'],
    inject: async (lab) => {
      await patch(lab, `service/${DNS.name}`, { spec: { selector: { 'app.kubernetes.io/instance': 'dns-old' } } })
      await until('the DNS Service is silent', async () => !(await isAnswered(clientOf(lab), clusterName(lab))))
    },
    takeBack: restored,
  },
  {
    name: 'the DNS Service has lost its TCP port, by which the caches ask',
    cause: { code: 'DNS120', subject: `Service/${DNS.namespace}/${DNS.name}` },
    diagnose: ['dns', '--probe'],
    inject: async (lab) => {
      const udp = { name: 'udp-53', port: 53, protocol: 'UDP', targetPort: 53 }
      await patch(lab, `service/${DNS.name}`, { spec: { ports: [udp] } })
      await until('the caches answer nothing new', async () => {
        // A connection that stands goes on while it is used, and a name that was denied is kept.
        for (const { netns } of lab.nodes) await lab.run(netns, ['conntrack', '-D', '-p', 'tcp', '--dport', '53'])
        const fresh = { name: `lab-${randomUUID()}.${lab.layout.domain}`, server: lab.layout.nameserver }
        return !(await isAnswered(clientOf(lab), fresh))
      })
    },
    takeBack: restored,
    plan: { args: ['DNS120'], writes: [`Service ${DNS.namespace}/${DNS.name}`] },
  },
  {
    name: 'the cache of one node is silent',
    cause: { code: 'DNS157', subject: 'Pod/kube-system/nodelocaldns-*' },
    diagnose: ['dns', '--probe'],
    inject: async (lab) => addRules(onNode(lab, second(lab)), cacheSilent(lab)),
    takeBack: async (lab) => removeRules(onNode(lab, second(lab)), cacheSilent(lab)),
  },
  {
    name: "the server of the company's zone is gone",
    cause: { code: 'DNS145', subject: `ConfigMap/${DNS.namespace}/${DNS.name}` },
    diagnose: ['dns'],
    inject: async (lab) => {
      const { name, zone } = stubOf(lab)
      await lab.stop(name)
      // The cache and the servers keep what they know for 30 s.
      const asked = { name: zone, server: lab.layout.nameserver }
      await until('its names are forgotten', async () => !(await isAnswered(clientOf(lab), asked)), { everyMs: 1000 })
    },
    takeBack: async (lab) => startStubDns(stubOf(lab)),
  },
  {
    name: 'a typo in the Corefile, and both servers crash',
    cause: { code: 'DNS114', subject: `ConfigMap/${DNS.namespace}/${DNS.name}` },
    diagnose: ['dns'],
    inject: async (lab) => {
      const { data } = JSON.parse(await lab.kubectl(of('get', `configmap/${DNS.name}`, '-o', 'json'))) as {
        readonly data: { readonly Corefile: string }
      }
      const corefile = data.Corefile.replace('forward . /etc', 'forwrad . /etc')
      await patch(lab, `configmap/${DNS.name}`, { data: { Corefile: corefile } })
      await lab.kubectl(of('delete', 'pods', '-l', DNS.selector, '--grace-period=1'))
      await until('both servers crash', async () => {
        const waiting = '{.items[*].status.containerStatuses[*].state.waiting.reason}'
        const said = await lab.kubectl(of('get', 'pods', '-l', DNS.selector, '-o', `jsonpath=${waiting}`))
        return said.split(' ').filter((it) => it === 'CrashLoopBackOff').length === 2
      })
    },
    takeBack: async (lab) => {
      await apply(lab)
      // Those that crash wait longer and longer before they try again.
      await lab.kubectl(of('delete', 'pods', '-l', DNS.selector, '--grace-period=1'))
      await served(lab)
    },
  },
  {
    name: 'one replica is unreachable',
    cause: { code: 'DNS106', subject: `Pod/${DNS.namespace}/${DNS.name}-*` },
    diagnose: ['dns', '--probe'],
    inject: async (lab) => addRules(await inPod(lab, await server(lab)), port53),
    takeBack: async (lab) => {
      for (const it of await servers(lab)) await removeRules(await inPod(lab, it), port53)
      await served(lab)
    },
  },
  {
    name: 'a policy that forgets DNS',
    cause: { code: 'POL401', subject: `NetworkPolicy/${SHOP}/web-egress` },
    diagnose: ['diagnose', '-n', SHOP],
    inject: async (lab) => {
      const policy = {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'web-egress', namespace: SHOP },
        spec: {
          podSelector: { matchLabels: { app: 'web' } },
          policyTypes: ['Egress'],
          egress: [{ to: [{ podSelector: { matchLabels: { app: 'cart' } } }] }],
        },
      }
      await lab.kubectl(['apply', '-f', '-'], JSON.stringify(policy))
      const [web] = await pods(lab, SHOP, 'app=web')
      if (web === undefined) throw new LabError(`no pod of web runs in ${SHOP}`)
      const place = await inPod(lab, web)
      await until('web may not ask', async () => !(await isAnswered(place, clusterName(lab))), { seconds: 20 })
    },
    takeBack: async (lab) => void (await lab.kubectl(['-n', SHOP, 'delete', 'networkpolicy', 'web-egress'])),
    plan: { args: ['POL401', '-n', SHOP], writes: [`NetworkPolicy ${SHOP}/*`] },
  },
  {
    name: 'kube-proxy does not run on one node',
    cause: { code: 'NOD502', subject: 'Node/worker-2' },
    diagnose: ['diagnose', '-n', SHOP],
    inject: async (lab) => {
      await lab.kubectl(['label', 'node', second(lab), 'lab/proxy=no', '--overwrite'])
      await until('its pod is gone', async () => !(await proxies(lab)).some((it) => it.node === second(lab)))
    },
    takeBack: async (lab) => {
      await lab.kubectl(['label', 'node', second(lab), 'lab/proxy-'])
      await until('it is back', async () => (await proxies(lab)).filter((it) => it.ready).length === lab.nodes.length)
      await served(lab)
    },
  },
]

function of(...args: readonly string[]): readonly string[] {
  return ['-n', DNS.namespace, ...args]
}

async function patch(lab: Lab, object: string, change: object): Promise<void> {
  await lab.kubectl(of('patch', object, '--type=merge', '--patch', JSON.stringify(change)))
}

const proxies = (lab: Lab): Promise<readonly RunningPod[]> =>
  pods(lab, 'net-system', 'app.kubernetes.io/name=service-proxy')
const servers = (lab: Lab): Promise<readonly RunningPod[]> => pods(lab, DNS.namespace, DNS.selector)

async function server(lab: Lab): Promise<RunningPod> {
  const [first] = await servers(lab)
  if (first === undefined) throw new LabError('no CoreDNS pod runs')
  return first
}

function stubOf(lab: Lab): { readonly name: string; readonly ip: string; readonly zone: string } {
  if (lab.layout.stub === null) throw new LabError('this layout has no stub zone', 'npm run lab -- up --layout foreign')
  return lab.layout.stub
}

function second(lab: Lab): string {
  return lab.nodes[1]?.name ?? ''
}

/** From a node, as a process of it. */
function clientOf(lab: Lab): Place {
  return onNode(lab, lab.nodes[0]?.netns ?? '')
}

function clusterName(lab: Lab, server = lab.layout.nameserver): Question {
  return { name: `kubernetes.default.svc.${lab.layout.domain}`, server }
}

function cacheSilent(lab: Lab): readonly Rule[] {
  return port53.map((it) => ({ ...it, rule: ['-d', `${lab.layout.nameserver}/32`, ...it.rule] }))
}

/** The manifest as it is on disk. */
async function apply(lab: Lab): Promise<void> {
  const file = join(import.meta.dirname, '../manifests/foreign/coredns.yaml')
  await lab.kubectl(['apply', '--server-side', '--force-conflicts', '--validate=false', '-f', file])
}

async function restored(lab: Lab): Promise<void> {
  await apply(lab)
  await served(lab)
}

/** Each server answers, and each node's cache does. */
async function served(lab: Lab): Promise<void> {
  await lab.kubectl(of('rollout', 'status', `deployment/${DNS.name}`, '--timeout=120s'))
  await until('every server answers', async () => {
    const running = await servers(lab)
    const asked = [
      ...running.map((it) => isAnswered(onNode(lab, 'control-plane'), clusterName(lab, it.ip))),
      ...lab.nodes.map(({ netns }) => isAnswered(onNode(lab, netns), clusterName(lab))),
    ]
    return running.length === 2 && (await Promise.all(asked)).every(Boolean)
  })
}
