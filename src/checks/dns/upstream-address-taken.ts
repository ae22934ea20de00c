import { askedCorefile } from '../../relations/dns/asked-blocks.ts'
import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import { type Known, mapKnown } from '../../model/known.ts'
import { subject } from '../../model/subject.ts'
import type { NamedElsewhere } from '../../model/cluster-dns.ts'
import { full } from '../../phrases.ts'
import { lossOf, nearlyAll, seriesOf } from '../../relations/dns/lookup-loss.ts'
import { forwardsToFile, type KnownUpstream, knownUpstreams } from '../../relations/dns/upstream-addresses.ts'
import { type Taken, takenAddresses } from '../../relations/service/taken-addresses.ts'
import { dnsUpstreamSilent } from '../../relations/symptom.ts'

const nobody: NamedElsewhere = { services: [], slices: [] }

/**
 * A Service may claim any address, and kube-proxy then takes what the nodes and pods send there: queries for the
 * upstream of CoreDNS never leave the node. A Service with ready endpoints may be that upstream, and is left alone
 * while names are answered.
 */
export default check({
  code: 'DNS182',
  slug: 'dns/upstream-address-taken',
  title: 'a Service takes the address of the server that CoreDNS forwards to',
  fine: 'no Service takes the address of a server that CoreDNS forwards to',
  severity: 'error',
  needs: ['services', 'clusterDns'],
  wants: ['endpointSlices', 'dnsProbe', 'coreDnsWindows', 'dnsServerLogs', 'insideViews', 'pods'],
  remedies: [],
  decides: ['DNS-40'],

  run({ services, clusterDns, endpointSlices, dnsProbe, coreDnsWindows, dnsServerLogs, insideViews, pods }) {
    const { corefile, elsewhere } = clusterDns
    if (!corefile.known) return cannotTell(corefile.why.reason, `the Corefile was not read: ${corefile.why.detail}`)
    const parsed = askedCorefile(corefile.value, clusterDns)
    const upstreams = knownUpstreams(parsed, { coreDnsWindows, dnsServerLogs, insideViews, pods })
    const isOpen = forwardsToFile(parsed)
    if (upstreams.length === 0 && !isOpen)
      return notApplicable('CoreDNS forwards to no address that the Corefile names')
    const outside = outsideNames(dnsProbe)
    const others: NamedElsewhere = elsewhere?.known === true ? elsewhere.value : nobody
    const claims = takenAddresses(
      [...services, ...(others.claiming ?? [])],
      mapKnown(endpointSlices, (its) => [...its, ...others.slices]),
    ).filter((it) => it.protocol !== 'SCTP')
    const taken = claims.flatMap((it) => {
      const upstream = upstreams.find(({ ip, port }) => ip === it.ip && port === it.port)
      return upstream === undefined ? [] : [{ ...it, from: upstream.from }]
    })
    const bad = taken.filter((it) => outside === 'fail' || (it.ready === 0 && outside !== 'answered'))
    if (bad.length > 0) return judgeEach(bad, outside)
    // It may be the server itself that is meant, behind a Service: only whether it answers tells.
    if (taken.length > 0 && outside === 'unclear') return judgeEach(taken, outside)
    // Whose address it is would stand in a file that nobody read; where names outside are answered, it is no matter.
    const doubtful = claims.filter((it) => it.port === dnsPort && it.ready === 0)
    const [first] = upstreams.length === 0 && outside !== 'answered' ? doubtful : []
    if (first !== undefined)
      return cannotTell(
        'not-asked',
        `Service ${full(first.service)} takes ${first.ip}:${first.port} (${first.by}) and has no endpoint: whether ` +
          "CoreDNS forwards there stands in its node's resolv.conf",
        '--probe',
      )
    if (elsewhere?.known === false)
      return cannotTell(elsewhere.why.reason, `Services of other namespaces were not read: ${elsewhere.why.detail}`)
    const left = others.claimingLeft ?? 0
    if (left > 0)
      return cannotTell(
        'cut-off',
        `${left} more Services of other namespaces have an outside address at port 53, and were not looked at`,
      )
    return ok(Math.max(1, upstreams.length))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Service ${full(on)} takes the address ${args.ip} (${args.by}), to which CoreDNS forwards, port ${args.port}` +
      `${args.ready === 0 ? '; it has no endpoint' : ''}.`,
    detail: ({ args }) =>
      `${args.ready === null ? 'its slices were not read' : `${args.ready} ready endpoints`} · ` +
      `${fromWords[args.from]} · ${outsideWords[args.outside]}`,
    note: ({ args }) =>
      args.ready === 0
        ? 'kube-proxy on each node rejects what goes there: nothing reaches the real server, ' +
          'and asking it from a node is rejected as well'
        : 'kube-proxy on each node sends what goes there to the endpoints of this Service, and not to the real server' +
          (args.outside === 'unclear' ? ': well only if they are that server. --probe asks for names outside' : ''),
    help: ({ subject: on, args }) => [
      'take the address out of the Service, and ask who put it there: whoever may write Services can do this',
      `kubectl -n ${on.namespace} get service ${on.name} -o yaml`,
      `kubectl get services -A -o wide | grep -F ${args.ip}`,
    ],
  },
})

/** Of plain DNS; a resolv.conf names no other. */
const dnsPort = 53

const fromWords: Readonly<Record<KnownUpstream['from'], string>> = {
  corefile: 'the Corefile names the address',
  metrics: "CoreDNS's metrics name the address",
  log: "CoreDNS's log names the address",
  'resolv-conf': "a node's resolv.conf names the address, and CoreDNS forwards to such a file",
  kubelet: 'a kubelet asks that address, and CoreDNS forwards to the resolv.conf of its node',
}

type Outside = 'answered' | 'fail' | 'unclear'

const outsideWords: Readonly<Record<Outside, string>> = {
  answered: 'names outside the cluster are answered',
  fail: 'names outside the cluster fail',
  unclear: 'names outside the cluster were not asked often enough',
}

function outsideNames(probe: Known<DnsProbe>): Outside {
  if (!probe.known) return 'unclear'
  const loss = lossOf(seriesOf(probe.value, { zone: 'external' }))
  if (loss.of < 4) return 'unclear'
  return nearlyAll(loss.of - loss.unanswered, loss.of) ? 'answered' : 'fail'
}

type TakenUpstream = Taken & { readonly from: KnownUpstream['from'] }

function judgeEach(taken: readonly TakenUpstream[], outside: Outside) {
  return [...Map.groupBy(taken, (it) => full(it.service)).values()].map((its) => judge(its, outside))
}

function judge(its: readonly TakenUpstream[], outside: Outside) {
  const [first] = its
  if (first === undefined) return ok(1)
  const { service, ip, by, port, ready, from } = first
  return finding({
    subject: subject('Service', service.namespace, service.name),
    // What it does to queries is worked out; that they fail is seen.
    confidence: ready === 0 ? 'inferred' : 'possible',
    ...(ready !== 0 && outside === 'unclear' ? { severity: 'info' as const } : {}),
    args: { ip, by, port, ready, from, outside },
    evidence: [
      {
        kind: 'shares',
        label: 'addresses that it takes',
        rows: its.map((it) => ({ where: `${it.ip}:${it.port}/${it.protocol}`, bad: 1, of: 1, note: it.by })),
      },
    ],
    causes: outside === 'unclear' && ready !== 0 ? [] : [dnsUpstreamSilent, 'dns-external:*'],
  })
}
