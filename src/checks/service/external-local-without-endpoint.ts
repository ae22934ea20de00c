import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok, type Severity } from '../../findings/verdict.ts'
import type { NodePortContact } from '../../model/contacts.ts'
import type { Ingress, IngressController } from '../../model/ingress.ts'
import type { Node } from '../../model/node.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import type { Known } from '../../model/known.ts'
import { asContact } from '../../relations/service/node-port-contacts.ts'
import { tally } from '../../relations/service/service-contacts.ts'
import { isServing, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { nodePortUnanswered } from '../../relations/symptom.ts'
import { isAskedAbout, serviceSubject } from './words.ts'
import { full, some } from '../../phrases.ts'

/**
 * With `externalTrafficPolicy: Local` a node drops what comes to its NodePort while no ready endpoint of its own is
 * behind it (KUBE-EXT and KUBE-XLB chains of kube-proxy). A load balancer asks healthCheckNodePort and leaves such
 * nodes out; who names nodes by hand, in DNS, in a status or in a browser, runs into a timeout on some of them.
 */
export default check({
  code: 'SVC215',
  slug: 'service/external-local-without-endpoint',
  title: 'a NodePort is dead on nodes without an endpoint',
  fine: 'Services that keep what comes from outside to its node have an endpoint where users are sent',
  severity: 'info',
  needs: ['services', 'pods', 'nodes'],
  wants: ['contacts', 'ingresses', 'ingressControllers'],
  remedies: [],
  decides: [],

  run({ services, pods, nodes, contacts, ingresses, ingressControllers, scope }) {
    const local = services.filter(
      (it) => it.externalTrafficPolicy === 'Local' && (portsOf(it) !== '' || isExternal(it)),
    )
    if (local.length === 0) return notApplicable('no Service with a NodePort here has externalTrafficPolicy Local')
    const podsOf = podsOfServices(pods)
    const open = nodes.filter((it) => it.ready === 'True')
    return local.flatMap((service) => {
      const backends = podsOf(service)
      const having = new Set(backends.filter(isServing).flatMap((it) => it.node ?? []))
      // With none at all, other checks say so.
      if (having.size === 0) return []
      const without = open.filter((it) => !having.has(it.name))
      if (without.length === 0) return [ok(open.length)]
      const named = addressesOf(service, backends, { ingresses, ingressControllers })
      const its = contacts.known ? (contacts.value.nodePorts ?? []).filter((it) => isOf(it, service)) : []
      const isAsked = scope.target.kind === 'object' && scope.target.object.kind === 'Service'
      return [
        judge(service, {
          having: [...having].toSorted(),
          without,
          open: open.length,
          sent: without.filter((it) => it.ip !== null && named.includes(it.ip)),
          silent: without.filter((node) =>
            its.some((it) => it.at.node === node.name && tally([asContact(it)]).open === 0),
          ),
          asked: isAsked && isAskedAbout(scope, 'Service', service),
        }),
      ]
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.dropped.length > 0
        ? `External address ${some(args.dropped)} of Service ${full(on)} is dropped: the Service keeps to the ` +
          'node, and ' +
          'the node that has it has no ready endpoint.'
        : `NodePort ${args.ports} of Service ${full(on)} is dropped on ${args.count} of ${args.of} nodes: ` +
          `it keeps to the node, and ${args.without} ${args.count === 1 ? 'has' : 'have'} no ready endpoint.`,
    detail: ({ args }) =>
      `externalTrafficPolicy Local · endpoints on ${args.with} · none on ${args.without}${args.how}`,
    note: ({ args }) => {
      if (args.dropped.length > 0)
        return 'whoever comes to that address waits for a timeout; inside the cluster it works'
      return args.type === 'LoadBalancer'
        ? 'a load balancer that asks healthCheckNodePort leaves these nodes out; an address of a node does not'
        : 'right behind a load balancer that leaves silent nodes out; ' +
            'whoever takes the address of any node waits for a timeout on these'
    },
    help: ({ subject: on, args }) => [
      'send users to nodes that have an endpoint alone, run a pod on each node, or let the nodes forward ' +
        '(then pods see the address of the node, and not that of the client)',
      `kubectl -n ${on.namespace} get pods -o wide`,
      `nc -vz -w 3 ${args.ip} ${args.port}`,
      `kubectl -n ${on.namespace} patch service ${on.name} --type=merge -p ` +
        `'{"spec":{"externalTrafficPolicy":"Cluster"}}'`,
    ],
  },
})

function isOf({ service: { namespace, name } }: NodePortContact, service: Service): boolean {
  return namespace === service.namespace && name === service.name
}

function portsOf({ type, ports }: Service): string {
  return type === 'NodePort' || type === 'LoadBalancer'
    ? some(ports.flatMap((it) => it.nodePort ?? []).map(String))
    : ''
}

interface Announced {
  readonly ingresses: Known<readonly Ingress[]>
  readonly ingressControllers: Known<readonly IngressController[]>
}

/** Addresses under which users are told to come: the Service's own, and those of Ingresses that its pods serve. */
function addressesOf(service: Service, backends: readonly Pod[], from: Announced): readonly string[] {
  const controllers = from.ingressControllers.known ? from.ingressControllers.value : []
  const isIngress = backends.some((it) =>
    controllers.some((one) => one.namespace === it.namespace && one.pod === it.name),
  )
  const its = isIngress && from.ingresses.known ? from.ingresses.value.flatMap((it) => it.addresses) : []
  return [...(service.loadBalancer?.addresses ?? []), ...(service.externalIPs ?? []), ...its]
}

function isExternal({ externalIPs = [] }: Service): boolean {
  return externalIPs.length > 0
}

/**
 * Addresses of `externalIPs` that nodes without an endpoint have: kube-proxy drops what comes to them, as to NodePorts.
 */
function droppedOf({ externalIPs = [] }: Service, without: readonly Node[]): readonly string[] {
  const theirs = new Set(without.flatMap((it) => [...(it.ip === null ? [] : [it.ip]), ...(it.ips ?? [])]))
  return externalIPs.filter((it) => theirs.has(it))
}

interface Seen {
  readonly having: readonly string[]
  readonly without: readonly Node[]
  readonly open: number
  /** Nodes without an endpoint whose address users are given. */
  readonly sent: readonly Node[]
  /** Nodes without an endpoint that were connected to, and did not answer. */
  readonly silent: readonly Node[]
  readonly asked: boolean
}

function judge(service: Service, seen: Seen) {
  const { having, without, open, sent, silent, asked } = seen
  const first = [...sent, ...silent, ...without][0]
  // What a load balancer is for is done by it, unless a status says otherwise.
  if (service.type === 'LoadBalancer' && sent.length === 0 && silent.length === 0)
    return ok(open, 'a load balancer leaves out the nodes without an endpoint')
  const dropped = droppedOf(service, without)
  if (portsOf(service) === '' && dropped.length === 0) return ok(open)
  const isOnly = areAll(service, dropped)
  const isMet = sent.length > 0 || silent.length > 0 || asked
  const severity: Severity = isOnly ? 'error' : warned(isMet)
  const names = without.map((it) => it.name)
  return finding({
    subject: serviceSubject(service),
    confidence: silent.length > 0 ? 'observed' : 'inferred',
    severity,
    args: {
      ports: portsOf(service),
      port: portTold(service, isOnly),
      ip: (isOnly ? dropped[0] : first?.ip) ?? 'ADDRESS',
      count: names.length,
      of: open,
      without: some(names),
      with: some(having),
      type: service.type,
      how: howOf(seen),
      dropped: isOnly ? dropped : [],
    },
    evidence: [
      {
        kind: 'config',
        object: serviceSubject(service),
        path: 'spec.externalTrafficPolicy',
        lines: ['spec:', '  externalTrafficPolicy: Local'],
        at: 1,
        mark: 'Local',
        label: `${names.length} of ${open} nodes have no endpoint`,
      },
      { kind: 'fact', label: 'nodes with an endpoint', value: some(having, 8) },
      { kind: 'fact', label: 'nodes without', value: some(names, 8) },
    ],
    causes: silent.length > 0 ? [nodePortUnanswered(service)] : [],
  })
}

/** No other way in from outside is told to anybody. */
function areAll({ externalIPs = [], loadBalancer }: Service, dropped: readonly string[]): boolean {
  return dropped.length > 0 && dropped.length === externalIPs.length && (loadBalancer?.addresses ?? []).length === 0
}

/** At an external address it is the Service's own. */
function portTold({ ports }: Service, isExternalOne: boolean): number {
  const nodePort = isExternalOne ? undefined : ports.find((it) => it.nodePort !== null)?.nodePort
  return nodePort ?? ports[0]?.port ?? 0
}

function warned(isMet: boolean): Severity {
  return isMet ? 'warning' : 'info'
}

function howOf({ sent, silent }: Seen): string {
  if (sent.length > 0) return ` · users are sent to ${some(sent.map((it) => `${it.name} (${it.ip})`))}`
  return silent.length > 0 ? ` · ${some(silent.map((it) => it.name))} did not answer` : ''
}
