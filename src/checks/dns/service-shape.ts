import { type ArgsOf, check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import type { Node } from '../../model/node.ts'
import type { Service } from '../../model/service.ts'
import type { DnsServiceFault } from '../../relations/dns/dns-service-fault.ts'
import { lossOf, nearlyAll, seriesOf } from '../../relations/dns/lookup-loss.ts'
import { declaredPorts, portsText, targetPortIn } from '../../relations/service/service-endpoints.ts'
import { dnsLossOnNode, dnsServerDead, dnsTcpUnanswered } from '../../relations/symptom.ts'
import { parseCorefile } from '../../wire/corefile.ts'
import { serviceSubject } from '../service/words.ts'
import { count, some } from '../../phrases.ts'

/** DNS is UDP and TCP on port 53, from every node: a Service of another shape serves some questions, or some nodes. */
export default check({
  code: 'DNS120',
  slug: 'dns/service-shape',
  title: 'the DNS Service lacks a port, or does not serve every node',
  fine: 'the DNS Service offers UDP and TCP 53 to every node',
  severity: 'error',
  needs: ['clusterDns', 'nodes'],
  wants: ['dnsProbe'],
  remedies: ['dns-service'],
  decides: ['DNS-57', 'DNS-59'],

  run({ clusterDns, nodes, dnsProbe }) {
    const { service } = clusterDns
    if (service === null || service.clusterIP === null || service.clusterIP === 'None')
      return notApplicable('no DNS Service with an address of its own')
    const serving = new Set(
      clusterDns.slices
        .flatMap((it) => it.endpoints)
        .filter((it) => it.ready)
        .map((it) => it.node),
    )
    const wrong = [
      ...missingPorts(service),
      ...deafPorts(clusterDns, dnsProbe),
      ...unservedNodes(service, nodes, serving, dnsProbe),
      ...pinnedClients(service, serving.size),
    ]
    return wrong.length === 0 ? ok(1) : wrong
  },

  words: {
    headline: ({ subject: on, args }) => `Service ${on.namespace}/${on.name} ${headline(args)}.`,
    detail: ({ subject: on, args }) => `Service ${on.namespace}/${on.name} · ${detail(args)}`,
    note: ({ args }) => note(args),
    help: ({ subject: on, args }) => [
      helps[args.case],
      `kubectl -n ${on.namespace} patch service ${on.name} ${patch(args)}`,
      `kubectl -n ${on.namespace} get service ${on.name} -o yaml`,
    ],
  },
})

type Wrong = ArgsOf<ReturnType<typeof missingPorts | typeof deafPorts | typeof unservedNodes | typeof pinnedClients>>

/** What comes of it when port 53 of these protocols is missing or leads nowhere. */
function lostOver(protocols: readonly string[]): string {
  return protocols.includes('UDP') ? 'lookups through it fail' : 'answers too large for UDP are lost'
}

function headline(args: Wrong): string {
  switch (args.case) {
    case 'port-missing':
      return `does not offer port 53 over ${args.missing.join(' or ')}: ${lostOver(args.missing)}`
    case 'nobody-listens':
      return (
        `sends ${args.protocol} port 53 to port ${args.target} of its pods, ` +
        `and they listen on ${args.listening.join(', ')}: ${lostOver([args.protocol])}`
      )
    case 'nodes-unserved':
      return (
        `keeps lookups on their own node, and ${count(args.cut.length, 'node')} without a DNS server ` +
        `get${args.cut.length === 1 ? 's' : ''} no answer`
      )
    case 'clients-pinned':
      return (
        'sends each client to one DNS server for hours: load is uneven, ' +
        'and a server that hangs takes all lookups of its clients'
      )
  }
}

function detail(args: Wrong): string {
  switch (args.case) {
    case 'port-missing':
      return `no port 53 over ${args.missing.join(', ')} · it offers ${args.offered}`
    case 'nobody-listens':
      return (
        `targetPort ${args.targetPort} of port ${args.name ?? 53}/${args.protocol} · ` +
        `the servers listen on ${args.listening.join(', ')}` +
        (args.of >= enoughLookups ? ` · ${args.failed} of ${args.of} lookups through it failed` : '')
      )
    case 'nodes-unserved':
      return (
        `internalTrafficPolicy Local · no ready server on ${args.cut.length} of ${count(args.nodes, 'node')}: ` +
        some(args.cut)
      )
    case 'clients-pinned':
      return 'sessionAffinity ClientIP'
  }
}

function note(args: Wrong): string {
  switch (args.case) {
    case 'port-missing':
      return args.missing.includes('UDP')
        ? 'resolvers ask over UDP first, and kube-proxy rejects or drops what no port of the Service takes'
        : 'an answer over 512 bytes comes back truncated, and the resolver asks again over TCP; ' +
            'a node-local cache asks CoreDNS over TCP always'
    case 'nobody-listens':
      return 'whatever this port of the pod is for, it is not where DNS is answered'
    case 'nodes-unserved':
      return (
        'with internalTrafficPolicy Local kube-proxy knows only the endpoints on its own node, ' +
        'and drops the packet when there is none'
      )
    case 'clients-pinned':
      return (
        'DNS has no sessions; with ClientIP a pod, or everything behind one address, ' +
        'asks the same server each time, and a retry goes there too'
      )
  }
}

const helps: Readonly<Record<DnsServiceFault, string>> = {
  'port-missing': 'give it the port back',
  'nobody-listens': 'send it to the port that the servers listen on',
  'nodes-unserved': 'let every node use every server',
  'clients-pinned': 'let kube-proxy choose a server for every lookup',
}

function patch(args: Wrong): string {
  switch (args.case) {
    case 'port-missing':
      return (
        `--type=json -p '[{"op":"add","path":"/spec/ports/-","value":` +
        `{"name":"dns${args.missing.includes('UDP') ? '' : '-tcp'}","port":53,` +
        `"protocol":"${args.missing[0]}","targetPort":${args.target}}}]'`
      )
    case 'nobody-listens':
      return (
        `--type=json -p '[{"op":"replace","path":"/spec/ports/${args.index}/targetPort",` +
        `"value":${args.listening[0] ?? 53}}]'`
      )
    case 'nodes-unserved':
      return `-p '{"spec":{"internalTrafficPolicy":"Cluster"}}'`
    case 'clients-pinned':
      return `-p '{"spec":{"sessionAffinity":"None"}}'`
  }
}

/** Fewer lookups through a port do not show whether it is dead. */
const enoughLookups = 4

const kind = <const C extends DnsServiceFault>(it: C): C => it

function missingPorts(service: Service) {
  const missing = (['UDP', 'TCP'] as const).filter(
    (protocol) => !service.ports.some((it) => it.port === 53 && it.protocol === protocol),
  )
  if (missing.length === 0) return []
  const udp = missing.includes('UDP')
  const target = service.ports.find((it) => it.port === 53)?.targetPort ?? 53
  return [
    finding({
      subject: serviceSubject(service),
      confidence: 'inferred',
      severity: udp ? 'error' : 'warning',
      args: {
        case: kind('port-missing'),
        missing,
        offered: portsText(service),
        target: typeof target === 'number' ? target : 53,
      },
      evidence: [
        {
          kind: 'config',
          object: serviceSubject(service),
          path: 'spec.ports',
          lines: ['ports:', ...service.ports.map((it) => `- {port: ${it.port}, protocol: ${it.protocol}}`)],
          at: 0,
          mark: 'ports:',
          label: `none is 53 over ${missing.join(' or ')}`,
        },
      ],
      causes: udp ? ['dns-loss:*', 'dns-external:*'] : [dnsTcpUnanswered],
    }),
  ]
}

/** `.:1053` of a Corefile's key; 53 where it says none. A scheme brings its own port, and is no plain DNS. */
function listensOn({ corefile, pods }: ClusterDns, protocol: 'UDP' | 'TCP'): ReadonlySet<number> {
  const keys = corefile.known ? parseCorefile(corefile.value).servers.flatMap((it) => it.keys) : []
  const plain = keys.filter((it) => !/^(?:tls|grpc|https|https3|quic):\/\//i.test(it))
  // A port that comes from the environment is not known here.
  if (plain.some((it) => it.includes('{'))) return new Set()
  if (plain.length > 0) return new Set(plain.map((it) => Number(/:(\d+)$/.exec(it)?.[1] ?? 53)))
  return new Set(pods.flatMap((pod) => declaredPorts(pod, protocol).map((it) => it.port)))
}

/**
 * A port of the Service that leads to one on which no server listens. What the Corefile says counts before what a pod
 * declares: containerPort opens nothing. A lookup that was answered through that protocol outweighs both.
 */
function deafPorts(dns: ClusterDns, probe: Known<DnsProbe>) {
  const { service, pods } = dns
  if (service === null || service.selector === null || pods.length === 0) return []
  return service.ports
    .filter((it) => it.port === 53)
    .flatMap((port) => {
      const protocol = port.protocol === 'TCP' ? 'TCP' : 'UDP'
      const listening = listensOn(dns, protocol)
      const targets = new Set(
        pods.map((pod) => (typeof port.targetPort === 'number' ? port.targetPort : targetPortIn(pod, port))),
      )
      const [target] = targets
      if (listening.size === 0 || target === undefined || target === null || targets.size > 1 || listening.has(target))
        return []
      const transport = protocol === 'TCP' ? 'tcp' : 'udp'
      const loss = probe.known ? lossOf(seriesOf(probe.value, { role: 'service', transport })) : lossOf([])
      if (loss.of >= enoughLookups && !nearlyAll(loss.failed, loss.of)) return []
      const udp = protocol === 'UDP'
      const index = service.ports.indexOf(port)
      return [
        finding({
          subject: serviceSubject(service),
          confidence: loss.of >= enoughLookups ? 'observed' : 'inferred',
          severity: udp || loss.of >= enoughLookups ? 'error' : 'warning',
          args: {
            case: kind('nobody-listens'),
            protocol,
            target,
            targetPort: port.targetPort,
            name: port.name,
            index,
            listening: [...listening],
            failed: loss.failed,
            of: loss.of,
          },
          evidence: [
            {
              kind: 'config',
              object: serviceSubject(service),
              path: 'spec.ports',
              lines: service.ports.map(
                (it) => `- {port: ${it.port}, protocol: ${it.protocol}, targetPort: ${it.targetPort}}`,
              ),
              at: index,
              mark: `targetPort: ${port.targetPort}`,
              label: 'DNS is not answered there',
            },
          ],
          causes: udp
            ? [
                'dns-loss:*',
                'dns-external:*',
                'dns-cut-off:*',
                ...pods.flatMap((it) => (it.ip === null ? [] : [dnsServerDead(it.ip)])),
              ]
            : [dnsTcpUnanswered],
        }),
      ]
    })
}

/**
 * A probe that was answered through the Service on such a node outweighs the rule: a node cache may stand in front.
 * An endpoint that does not say its node may be on any.
 */
function unservedNodes(
  service: Service,
  nodes: readonly Node[],
  serving: ReadonlySet<string | null>,
  probe: Known<DnsProbe>,
) {
  if (service.internalTrafficPolicy !== 'Local' || serving.size === 0 || serving.has(null)) return []
  const without = nodes
    .filter((it) => it.ready === 'True' && !serving.has(it.name) && it.labels['kubernetes.io/os'] !== 'windows')
    .map((it) => ({
      name: it.name,
      loss: lossOf(probe.known ? seriesOf(probe.value, { node: it.name, role: 'service' }) : []),
    }))
  const cut = without.filter(({ loss }) => loss.of === 0 || nearlyAll(loss.failed, loss.of))
  if (cut.length === 0) return []
  return [
    finding({
      subject: serviceSubject(service),
      confidence: cut.some(({ loss }) => loss.of > 0) ? 'observed' : 'inferred',
      severity: 'error',
      args: { case: kind('nodes-unserved'), cut: cut.map((it) => it.name), nodes: nodes.length },
      evidence: [
        {
          kind: 'config',
          object: serviceSubject(service),
          path: 'spec',
          lines: ['internalTrafficPolicy: Local'],
          at: 0,
          mark: 'Local',
          label: 'only servers on the same node',
        },
        {
          kind: 'fact',
          label: 'nodes with a ready server',
          value: some([...serving].flatMap((it) => it ?? []).toSorted(), 6),
        },
      ],
      causes: cut.flatMap((it) => [dnsLossOnNode(it.name), `dns-service:node/${it.name}`]),
    }),
  ]
}

/**
 * For information: lookups go on as long as every server does. kube-proxy keeps a client there for three hours by
 * default.
 */
function pinnedClients(service: Service, places: number) {
  if (service.sessionAffinity !== 'ClientIP' || places < 2) return []
  return [
    finding({
      subject: serviceSubject(service),
      confidence: 'inferred',
      severity: 'info',
      args: { case: kind('clients-pinned') },
      evidence: [
        {
          kind: 'config',
          object: serviceSubject(service),
          path: 'spec',
          lines: ['sessionAffinity: ClientIP'],
          at: 0,
          mark: 'ClientIP',
          label: 'one server for each client',
        },
      ],
    }),
  ]
}
