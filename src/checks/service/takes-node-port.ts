import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Node } from '../../model/node.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service, ServicePort } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { full } from '../../phrases.ts'
import { isLive, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { serviceSubject } from './words.ts'

/**
 * kube-proxy takes what goes to an `externalIPs` address and port before the machine itself sees it, on every node and
 * in the machine's own packets too. With the address of a node that is whatever listens there: the API server, the
 * kubelet, a pod on the host's network.
 */
export default check({
  code: 'SVC245',
  slug: 'service/takes-node-port',
  title: 'a Service takes a port of a node that something else has',
  fine: 'no Service takes a port of a node that something else has',
  severity: 'error',
  needs: ['services', 'nodes'],
  wants: ['pods'],
  remedies: [],
  decides: [],

  run({ services, nodes, pods }) {
    const byIp = new Map(nodes.flatMap((it) => (it.ip === null ? [] : [[it.ip, it] as const])))
    const claims = services.flatMap((service) =>
      (service.externalIPs ?? []).flatMap((ip) => {
        const node = byIp.get(ip)
        return node === undefined ? [] : service.ports.map((port) => ({ service, node, ip, port }))
      }),
    )
    if (claims.length === 0) return notApplicable('no Service here has the address of a node among its externalIPs')
    const all = pods.known ? pods.value : []
    const behind = podsOfServices(all)
    const found = claims.flatMap((it) => {
      const user = userOf(it.node, it.port, { pods: all, own: behind(it.service) })
      return user === null ? [] : [verdict(it, user)]
    })
    return found.length > 0 ? found : ok(claims.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Service ${full(on)} takes ${args.at} of node ${args.node}, where ${args.user} listens.`,
    detail: ({ args }) => `externalIPs ${args.ip} · port ${args.port}/${args.protocol}`,
    note: () => 'each node sends what goes there to the pods of the Service, and what listens there gets nothing',
    help: ({ subject: on, args }) => [
      'take the address out of externalIPs, or choose another port: a NodePort and a load balancer take none of these',
      `kubectl -n ${on.namespace} patch service ${on.name} --type=merge -p '{"spec":{"externalIPs":null}}'`,
      `on node ${args.node}:  ss -lnp | grep ':${args.port} '`,
    ],
  },
})

/** What a node of the cluster needs itself, by the numbers that nobody changes. */
const ofMachine: Readonly<Record<number, string>> = { 22: 'its SSH server', 10250: 'its kubelet' }
const ofControlPlane: Readonly<Record<number, string>> = {
  6443: 'the API server',
  2379: 'etcd',
  2380: 'etcd',
}

interface Seen {
  readonly pods: readonly Pod[]
  /** Those behind the Service itself: they are meant to have it. */
  readonly own: readonly Pod[]
}

function userOf(node: Node, { port, protocol }: ServicePort, { pods, own }: Seen): string | null {
  const isControlPlane = node.labels['node-role.kubernetes.io/control-plane'] !== undefined
  const machine = ofMachine[port] ?? (isControlPlane ? ofControlPlane[port] : undefined)
  if (machine !== undefined && protocol === 'TCP') return machine
  const pod = pods.find(
    (it) =>
      it.node === node.name &&
      isLive(it) &&
      !own.includes(it) &&
      it.containers.some(({ ports }) =>
        ports.some(
          (one) => one.protocol === protocol && (one.hostPort === port || (it.hostNetwork && one.port === port)),
        ),
      ),
  )
  return pod === undefined ? null : `pod ${full(pod)}`
}

interface Claim {
  readonly service: Service
  readonly node: Node
  readonly ip: string
  readonly port: ServicePort
}

function verdict({ service, node, ip, port }: Claim, user: string) {
  return finding({
    subject: serviceSubject(service),
    also: [subject('Node', null, node.name)],
    confidence: 'inferred',
    args: { ip, at: `${ip}:${port.port}`, port: port.port, protocol: port.protocol, node: node.name, user },
    evidence: [
      {
        kind: 'config',
        object: serviceSubject(service),
        path: 'spec',
        lines: ['externalIPs:', `- ${ip}`, 'ports:', `- port: ${port.port}`],
        at: 1,
        mark: ip,
        label: `the address of node ${node.name}`,
      },
      { kind: 'fact', label: `${ip}:${port.port}`, value: user },
    ],
  })
}
