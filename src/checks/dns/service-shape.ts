import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import type { Node } from '../../model/node.ts'
import type { Service } from '../../model/service.ts'
import { lossOf, nearlyAll, seriesOf } from '../../relations/dns/lookup-loss.ts'
import { declaredPorts, portsText, targetPortIn } from '../../relations/service/service-endpoints.ts'
import { dnsLossOnNode, dnsServerDead, dnsTcpUnanswered } from '../../relations/symptom.ts'
import { parseCorefile } from '../../wire/corefile.ts'
import { count, serviceSubject, some } from '../service/words.ts'

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
    headline: ({ subject: on, args }) => `Service ${on.namespace}/${on.name} ${args.headline}.`,
    detail: ({ subject: on, args }) => `Service ${on.namespace}/${on.name} · ${args.detail}`,
    note: ({ args }) => `${args.note}`,
    help: ({ subject: on, args }) => [
      `${args.help}`,
      `${args.command}`.replace('SERVICE', `-n ${on.namespace} patch service ${on.name}`),
      `kubectl -n ${on.namespace} get service ${on.name} -o yaml`,
    ],
  },
})

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
        headline:
          `does not offer port 53 over ${missing.join(' or ')}: ` +
          (udp ? 'lookups of every pod fail' : 'answers too large for UDP are lost'),
        detail: `no port 53 over ${missing.join(', ')} · it offers ${portsText(service)}`,
        note: udp
          ? 'resolvers ask over UDP first, and kube-proxy rejects or drops what no port of the Service takes'
          : 'an answer over 512 bytes comes back truncated, and the resolver asks again over TCP; ' +
            'a node-local cache asks CoreDNS over TCP always',
        help: 'give it the port back',
        command:
          'kubectl SERVICE --type=json -p ' +
          `'[{"op":"add","path":"/spec/ports/-","value":{"name":"dns${udp ? '' : '-tcp'}","port":53,` +
          `"protocol":"${missing[0]}","targetPort":${typeof target === 'number' ? target : 53}}}]'`,
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
      explains: udp ? ['dns-loss:*', 'dns-external:*'] : [dnsTcpUnanswered],
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
      if (loss.of >= 4 && !nearlyAll(loss.failed, loss.of)) return []
      const udp = protocol === 'UDP'
      const [right = 53] = listening
      const index = service.ports.indexOf(port)
      return [
        finding({
          subject: serviceSubject(service),
          confidence: loss.of >= 4 ? 'observed' : 'inferred',
          severity: udp || loss.of >= 4 ? 'error' : 'warning',
          args: {
            headline:
              `sends ${protocol} port 53 to port ${target} of its pods, ` +
              `and they listen on ${[...listening].join(', ')}: ` +
              (udp ? 'lookups of every pod fail' : 'answers too large for UDP are lost'),
            detail:
              `targetPort ${port.targetPort} of port ${port.name ?? 53}/${protocol} · ` +
              `the servers listen on ${[...listening].join(', ')}` +
              (loss.of >= 4 ? ` · ${loss.failed} of ${loss.of} lookups through it failed` : ''),
            note: 'nothing listens there, so each packet is refused by the pod, at once',
            help: 'send it to the port that the servers listen on',
            command:
              'kubectl SERVICE --type=json -p ' +
              `'[{"op":"replace","path":"/spec/ports/${index}/targetPort","value":${right}}]'`,
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
              label: 'nobody listens there',
            },
          ],
          explains: udp
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
      args: {
        headline:
          `keeps lookups on their own node, and ${count(cut.length, 'node')} without a DNS server ` +
          `get${cut.length === 1 ? 's' : ''} no answer`,
        detail:
          `internalTrafficPolicy Local · no ready server on ${cut.length} of ${count(nodes.length, 'node')}: ` +
          `${some(cut.map((it) => it.name))}`,
        note:
          'with internalTrafficPolicy Local kube-proxy knows only the endpoints on its own node, ' +
          'and drops what comes when there is none',
        help: 'let every node use every server',
        command: `kubectl SERVICE -p '{"spec":{"internalTrafficPolicy":"Cluster"}}'`,
      },
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
      explains: cut.flatMap((it) => [dnsLossOnNode(it.name), `dns-service:node/${it.name}`]),
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
      args: {
        headline:
          'sends each client to one DNS server for hours: load is uneven, ' +
          'and a server that hangs takes all lookups of its clients',
        detail: 'sessionAffinity ClientIP',
        note:
          'DNS has no sessions; with ClientIP a pod, or everything behind one address, ' +
          'asks the same server each time, and a retry goes there too',
        help: 'let every lookup be given a server anew',
        command: `kubectl SERVICE -p '{"spec":{"sessionAffinity":"None"}}'`,
      },
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
