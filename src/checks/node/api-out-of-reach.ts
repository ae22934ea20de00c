import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, okOrUntold } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { ConnectTry } from '../../model/contacts.ts'
import type { Known } from '../../model/known.ts'
import type { ApiContact } from '../../model/pod-ways.ts'
import { subject } from '../../model/subject.ts'
import { textOrder } from '../../model/text-order.ts'
import {
  type ApiBreak,
  type ApiWay,
  apiWays,
  breakOf,
  isOpen,
  maskedBy,
  opened,
} from '../../relations/node/api-ways.ts'
import {
  apiOutOfReach,
  apiWayLost,
  dnsWatchEnded,
  noEndpoints,
  nodeDown,
  proxyUnwell,
  serviceRules,
  svcUnanswered,
  wayClosed,
} from '../../relations/symptom.ts'
import { count, some } from '../../phrases.ts'

/**
 * Every pod is told the address of Service default/kubernetes, whatever its namespace: DNS servers, controllers and the
 * CNI's agents live by it. A node that leads it nowhere looks well until something changes: watches that stand go on.
 */
export default check({
  code: 'NOD555',
  slug: 'node/api-out-of-reach',
  title: 'pods on a node do not reach the API server',
  fine: 'from each node that was asked, a pod connects to the API server',
  severity: 'error',
  needs: ['podWays'],
  wants: ['dnsProbe', 'networkPolicies', 'otherPolicies', 'namespaces', 'clusterDns'],
  remedies: [],
  decides: ['DNS-36', 'PRX-02'],

  run({ podWays, dnsProbe, networkPolicies, otherPolicies, namespaces, clusterDns }) {
    const ways = apiWays(podWays, dnsProbe)
    if (ways.length === 0) return notApplicable('no probe pod knew an address of the API server')
    const [shut, open] = [ways.filter((it) => it.state === 'shut'), ways.filter((it) => it.state === 'open')]
    if (shut.length > 0) {
      const mask = maskedBy(podWays, { networkPolicies, otherPolicies, namespaces })
      if (mask !== null && (open.length === 0 || mask.is === 'sure')) {
        const from = open.length === 0 ? 'none' : `${open.length}`
        return cannotTell('ambiguous', `${from} of ${count(ways.length, 'node')} reached the API server: ${mask.why}`)
      }
    }
    if (shut.length > 0)
      return [...Map.groupBy(shut, breakOf)].map(([where, its]) =>
        verdict(where, { shut: its, ways, open, clusterDns, dead: [] }),
      )
    const silent = ways.filter((it) => it.state !== 'open').map((it) => it.node)
    const tries = open.flatMap((it) => it.service?.tries ?? [])
    const lost = tries.filter((it) => !isOpen(it)).length
    const dead = deadEndpoints(open)
    if (dead.length > 0) return verdict('endpoint', { shut: [], ways, open, clusterDns, dead })
    if (lost > 0)
      return cannotTell(
        'too-few',
        `${lost} of ${tries.length} connects to the API server by its Service's address failed, and the next opened`,
        '--probe',
      )
    return okOrUntold(open.length, silent, 'its probe got no CPU, or was cut off, before the API server answered')
  },

  words: {
    headline: ({ subject: on, args }) => {
      if (args.where === 'endpoint')
        return (
          `Endpoint ${some(args.addresses)} of the API server answers no pod, from ${count(args.of, 'node')}, ` +
          'and another one does.'
        )
      return on.kind === 'Service'
        ? `Pods do not reach the API server: from none of ${count(args.of, 'node')} ${did(args.where)}.`
        : `Pods on ${args.nodes.length === 1 ? 'node' : 'nodes'} ${some(args.nodes)} do not reach the API server` +
            `${args.where === 'address' ? " by its Service's address" : ''}; ` +
            `from ${args.well} of ${count(args.of, 'node')} they do.`
    },
    detail: ({ args }) =>
      `0 of ${args.tries} connects to ${some(args.addresses)} · ${some(args.results)}` +
      `${args.reached.length === 0 ? '' : ` · endpoint ${some(args.reached)} answers from there`}`,
    note: ({ args }) => (args.results.every((it) => it === hungUp) ? hungUpNote : notes[args.where]),
    help: ({ args }) => [
      looks[args.where],
      `on ${some(args.nodes)}:  ` +
        (args.where === 'address'
          ? `iptables-save -c | grep -F ${args.ip}    ipvsadm -Ln    nft list ruleset | grep -F ${args.ip}`
          : `iptables-save -c | grep -E "DROP|REJECT"    ip route get ${args.ip}`),
      'kubectl -n default get endpointslices -l kubernetes.io/service-name=kubernetes -o wide',
      'kubectl -n default run hop-check --rm -it --restart=Never --image=busybox ' +
        `--overrides='{"spec":{"nodeName":"${args.nodes[0] ?? 'NODE'}"}}' -- nc -vz -w 3 ${args.ip} ${args.port}`,
    ],
  },
})

type Where = ApiBreak | 'endpoint'

function did(where: Where): string {
  return where === 'address' ? "did a connection to its Service's address open" : 'did a connection open'
}

const notes: Readonly<Record<Where, string>> = {
  address:
    'an endpoint of it is reached from there, and the address of its Service is not: ' +
    "what is wrong is that node's rules for Services (kube-proxy, or what stands in for it)",
  path:
    'neither the address of its Service nor an endpoint is reached: a firewall rule, a route, a security group; ' +
    'what runs there goes on with what it knew, and hears of no change',
  endpoint: 'each new connection meets one of them by chance, and hangs where it meets this one',
  unclear: 'its endpoints were not asked, as they may not be read: the rules for Services or the way itself',
}

const hungUpNote =
  'connections open, and the other side ends them at once: ' +
  'a load balancer before the API servers that has none of them behind it, or a server that takes no more'

const looks: Readonly<Record<Where, string>> = {
  address: "look at kube-proxy's pod there, its log, and the rules that it wrote",
  path: 'look for what drops it between the pods of that node and the API server, and at the way back',
  endpoint: 'see whether that API server runs, and what stands before its port',
  unclear: 'look at the rules for Services on that node, then at the way to the API server',
}

interface Around {
  readonly shut: readonly ApiWay[]
  readonly ways: readonly ApiWay[]
  readonly open: readonly ApiWay[]
  readonly clusterDns: Known<ClusterDns>
  /** Endpoints that opened from nowhere, where others did. */
  readonly dead: readonly ApiContact[]
}

function verdict(where: Where, { shut, ways, open, clusterDns, dead }: Around) {
  const nodes = shut.map((it) => it.node).toSorted(textOrder)
  const deciding = shut.flatMap((it) => (it.service === null ? it.endpoints : [it.service]))
  const failed = [...shut.flatMap((it) => [it.service ?? [], it.endpoints].flat()).filter((it) => !opened(it)), ...dead]
  const reached = shut.flatMap((it) => it.endpoints.filter(opened))
  const [first] = where === 'endpoint' ? dead : deciding
  const isEverywhere = shut.length === 0 || open.length === 0
  const servers = clusterDns.known ? clusterDns.value.pods.filter((it) => nodes.includes(it.node ?? '')) : []
  return finding({
    subject: isEverywhere ? subject('Service', 'default', 'kubernetes') : subject('Node', null, nodes[0] ?? ''),
    also: (isEverywhere ? nodes : nodes.slice(1)).map((it) => subject('Node', null, it)),
    confidence: 'observed',
    // A network may keep pods from the API server on purpose, by rules that no object of the cluster shows; DNS servers
    // are none that do without.
    severity: isEverywhere && servers.every((it) => it.ready) ? 'warning' : 'error',
    args: {
      where,
      nodes,
      of: ways.length,
      well: open.length,
      tries: failed.flatMap((it) => it.tries).length,
      addresses: unique(failed.map(address)),
      results: unique(failed.flatMap((it) => it.tries.map(wordOf))),
      reached: unique(reached.map(address)),
      ip: first?.ip ?? '',
      port: first?.port ?? 443,
    },
    evidence: [
      {
        kind: 'shares',
        label: 'connects to the API server that failed',
        rows: ways
          .flatMap((it) => [it.service ?? [], it.endpoints].flat())
          .slice(0, 12)
          .map((it) => ({
            where: `${it.node} to ${it.via === 'service' ? 'its Service' : 'its endpoint'} ${address(it)}`,
            bad: it.tries.filter((one) => !isOpen(one)).length,
            of: it.tries.length,
            note: unique(it.tries.map(wordOf)).join(', '),
          })),
      },
    ],
    dueTo: [
      noEndpoints(kubernetes),
      ...nodes.map(nodeDown),
      // Who reaches no other node reaches the API server as little.
      ...nodes.flatMap((node) => ways.filter((it) => it.node !== node).map((it) => wayClosed(node, it.node))),
      ...nodes.map(apiWayLost),
      ...(where === 'path' ? [] : nodes.flatMap((it) => [serviceRules(it), proxyUnwell(it)])),
    ],
    causes: [...nodes.map(apiOutOfReach), svcUnanswered(kubernetes), ...servers.map((it) => dnsWatchEnded(it.name))],
  })
}

const kubernetes = { namespace: 'default', name: 'kubernetes' }

const hungUp = 'hung up at once'

function wordOf(it: ConnectTry): string {
  return it.result === 'open' && !isOpen(it) ? hungUp : words[it.result]
}

const words = {
  open: 'open',
  refused: 'refused',
  timeout: 'no answer',
  'no-route': 'no route',
  'no-source': 'no port of its own left',
  error: 'an error',
} as const

/** Where none opens, the platform leads the Service's address elsewhere, and pods need no other. */
function deadEndpoints(open: readonly ApiWay[]): readonly ApiContact[] {
  const all = [
    ...Map.groupBy(
      open.flatMap((it) => it.endpoints),
      address,
    ).values(),
  ]
  const dead = all.filter((its) => !its.some(opened))
  return dead.length === all.length ? [] : dead.flat()
}

function address({ ip, port }: { readonly ip: string; readonly port: number }): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)]
}
