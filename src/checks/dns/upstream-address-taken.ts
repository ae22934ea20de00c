import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import type { Known } from '../../model/known.ts'
import { subject } from '../../model/subject.ts'
import { full } from '../../phrases.ts'
import { lossOf, nearlyAll, seriesOf } from '../../relations/dns/lookup-loss.ts'
import { forwardings } from '../../relations/dns/upstream-servers.ts'
import { type Taken, takenAddresses } from '../../relations/service/taken-addresses.ts'
import { dnsUpstreamSilent } from '../../relations/symptom.ts'
import { parseCorefile } from '../../wire/corefile.ts'

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
  wants: ['endpointSlices', 'dnsProbe'],
  remedies: [],
  decides: ['DNS-40'],

  run({ services, clusterDns, endpointSlices, dnsProbe }) {
    const { corefile } = clusterDns
    if (!corefile.known) return cannotTell(corefile.why.reason, `the Corefile was not read: ${corefile.why.detail}`)
    const upstreams = forwardings(parseCorefile(corefile.value)).flatMap(({ to }) =>
      to.flatMap((it) => (it.kind === 'address' ? [it] : [])),
    )
    if (upstreams.length === 0) return notApplicable('CoreDNS forwards to no address that the Corefile names')
    const outside = outsideNames(dnsProbe)
    const taken = takenAddresses(services, endpointSlices).filter(
      (it) =>
        it.protocol !== 'SCTP' && upstreams.some(({ ip, port }) => ip.toLowerCase() === it.ip && port === it.port),
    )
    const bad = taken.filter((it) => outside === 'fail' || (it.ready === 0 && outside !== 'answered'))
    const byService = Map.groupBy(bad, (it) => full(it.service))
    return byService.size === 0 ? ok(upstreams.length) : [...byService.values()].map((its) => judge(its, outside))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Service ${full(on)} takes the address ${args.ip} (${args.by}), to which CoreDNS forwards, port ${args.port}` +
      `${args.ready === 0 ? '; it has no endpoint' : ''}.`,
    detail: ({ args }) =>
      `${args.ready === null ? 'its slices were not read' : `${args.ready} ready endpoints`} · ` +
      outsideWords[args.outside],
    note: ({ args }) =>
      args.ready === 0
        ? 'kube-proxy on each node rejects what goes there: nothing reaches the real server, ' +
          'and asking it from a node is rejected as well'
        : 'kube-proxy on each node sends what goes there to the endpoints of this Service, and not to the real server',
    help: ({ subject: on, args }) => [
      'take the address out of the Service, and ask who put it there: whoever may write Services can do this',
      `kubectl -n ${on.namespace} get service ${on.name} -o yaml`,
      `kubectl get services -A -o wide | grep -F ${args.ip}`,
    ],
  },
})

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

function judge(its: readonly Taken[], outside: Outside) {
  const [first] = its
  if (first === undefined) return ok(1)
  const { service, ip, by, port, ready } = first
  return finding({
    subject: subject('Service', service.namespace, service.name),
    // What it does to queries is worked out; that they fail is seen.
    confidence: ready === 0 ? 'inferred' : 'possible',
    args: { ip, by, port, ready, outside },
    evidence: [
      {
        kind: 'shares',
        label: 'addresses that it takes',
        rows: its.map((it) => ({ where: `${it.ip}:${it.port}/${it.protocol}`, bad: 1, of: 1, note: it.by })),
      },
    ],
    causes: [dnsUpstreamSilent, 'dns-external:*'],
  })
}
