import { askedCorefile } from '../../relations/dns/asked-blocks.ts'
import { check } from '../../findings/check.ts'
import { cannotTell, finding, ok, type Verdict } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known, Why } from '../../model/known.ts'
import type { NameAnswer, NameAnswers } from '../../model/name-answers.ts'
import { corefileEvidence, corefileObject } from '../../relations/dns/corefile-text.ts'
import { lossOf, quantile } from '../../relations/dns/lookup-loss.ts'
import { runningCorefile } from '../../relations/dns/running-corefile.ts'
import { signsOf } from '../../relations/dns/server-log-signs.ts'
import { isAllForwarded, lateOf, stateOfStub, type StubZone, stubZones } from '../../relations/dns/stub-zones.ts'
import { type PodResolver, podResolvers } from '../../relations/dns/pod-resolvers.ts'
import { dnsUpstreamSilent, searchedInPod } from '../../relations/symptom.ts'
import { bareName, isWithin } from '../../wire/dns-name.ts'
import { outsideFailure, type OutsideSources, upstreamEvidence } from './upstream-evidence.ts'
import { askUpstream, byHand, upstreamArgs, upstreamWords, verb } from './upstream-words.ts'
import { full, ms, some } from '../../phrases.ts'

/** The upstream answers CoreDNS, and each answer is an error, which CoreDNS hands on: so CoreDNS is blamed for it. */
export default check({
  code: 'DNS145',
  slug: 'dns/upstream-refuses',
  title: 'CoreDNS gets no good answer from a DNS server that it forwards to',
  fine: 'names outside the cluster get answers that are no errors',
  severity: 'error',
  needs: ['dnsProbe', 'clusterDns'],
  wants: ['coreDnsWindows', 'dnsServerLogs', 'nameAnswers', 'pods', 'insideViews'],
  remedies: [],
  decides: ['DNS-55'],

  run({ nameAnswers, pods, insideViews, ...seen }) {
    const said = signsOf(seen.dnsServerLogs, seen.clusterDns.pods, 'io-timeout').map((it) => it.sign.said)
    const { clusterDns, coreDnsWindows, dnsServerLogs } = seen
    const text = clusterDns.corefile.known ? clusterDns.corefile.value : ''
    // What was answered is an answer to the text that runs.
    const running = runningCorefile(clusterDns, text, coreDnsWindows, dnsServerLogs)
    const resolvers = pods.known ? podResolvers(pods.value, clusterDns, insideViews) : []
    const stubs = ofStubs(clusterDns, nameAnswers, { said, resolvers })
    return [
      ofRoot(seen),
      ...(running.kind === 'another' && stubs.length > 0
        ? [
            cannotTell(
              'ambiguous',
              `${some(running.pods)} run another Corefile than this one: what was asked is of that`,
            ),
          ]
        : stubs),
    ]
  },

  words: {
    headline: ({ args }) => (args.zone === null ? rootHeadline(args) : stubHeadline({ ...args, zone: args.zone })),
    detail: ({ args }) => (args.zone === null ? rootDetail(args) : stubDetail(args)),
    note: ({ args }) => {
      if (args.zone !== null && args.searching.length > 0)
        return (
          `${args.zone} stands in the search list of ${some(args.searching, 3)}: each name that no suffix before it ` +
          'has, as every name outside, is asked below it as well, and waits; musl (Alpine images) gives up ' +
          'there, and ' +
          'finds none of these'
        )
      if (args.zone !== null && args.state === 'late')
        return (
          'CoreDNS gives a server 2 s before it asks the next one of the line: one of them says nothing, or answers ' +
          'that late itself; a cache hides it from whoever asks again'
        )
      if (args.zone !== null && args.state === 'silent')
        return (
          "where the server of a zone says nothing, the SERVFAIL is CoreDNS's own, after 2 s; " +
          (args.log === 'timeout'
            ? 'its log says "i/o timeout"'
            : 'its log then says "i/o timeout", and where the server itself answers SERVFAIL it says nothing')
        )
      if (args.zone !== null)
        return (
          'a server of a zone has the name of the zone itself, with or without an address: ' +
          'NXDOMAIN for it says that this one does not serve it'
        )
      if (args.full)
        return (
          'CoreDNS itself refuses what comes on top of max_concurrent: then REFUSED is its own word, ' +
          'or comes back from an upstream that asks CoreDNS in turn'
        )
      if (!args.proven)
        return (
          "CoreDNS's own count of the upstream's answers could not be read: " +
          'a server that is full (max_concurrent) or has no zone for the name refuses as well'
        )
      return args.rcode === 'REFUSED'
        ? 'REFUSED means that the upstream does not serve these clients: ' +
            'most often its list of allowed networks lacks the nodes'
        : "the error is the upstream's own: it could not resolve the name itself (its own way out, DNSSEC, " +
            'its forwarders)'
    },
    help: ({ subject: on, args }) => [
      opening(args),
      ...(args.searching.length === 0
        ? []
        : ['until then, take the domain out of the search list (dnsConfig.searches), or end names with a dot']),
      ...askUpstream(args, args.zone ?? byHand(args.name)).map((it) => `on a node of CoreDNS:  ${it}`),
      `kubectl -n ${on.namespace} get configmap ${on.name} -o jsonpath="{.data.Corefile}" | grep forward`,
    ],
  },
})

type Refused = {
  /** A zone with servers of its own; null for all names outside. */
  readonly zone: string | null
  readonly state: 'silent' | 'refuses' | 'unknown-zone' | 'late'
  /** Of a zone that gets no good answer: whether the log of a DNS server says that it waited for that one in vain. */
  readonly log: 'timeout' | 'nothing'
  /** Of the Corefile, for a zone. */
  readonly line: number | null
  readonly upstream: readonly string[]
  readonly rcode: string
  readonly name: string
  readonly failed: number
  readonly of: number
  /** In milliseconds. */
  readonly p50: number
  /** CoreDNS's own counters say so. */
  readonly proven: boolean
  /** Queries came on top of max_concurrent. */
  readonly full: boolean
  /** Workloads that have the zone, or a part of it, in their search lists: `Deployment shop/web`. */
  readonly searching: readonly string[]
}

function rootHeadline(args: Refused): string {
  return (
    "Names outside the cluster can't be looked up: " +
    `CoreDNS's ${upstreamWords(args)} ${verb(args, 'answers', 'answer')} ${args.rcode}.`
  )
}

function rootDetail({ name, failed, of, rcode, p50 }: Refused): string {
  const after = `after ${ms(p50)}`
  return `${name} · ${failed} of ${of} lookups failed with ${rcode} ${after} · names of the cluster are answered`
}

function stubHeadline(args: Refused & { readonly zone: string }): string {
  if (args.state === 'late')
    return (
      `Names under ${args.zone} are found only after ${ms(args.p50)}: CoreDNS sends them to ${upstreamWords(args)}, ` +
      'and waits that long for one of them.'
    )
  return (
    `Names under ${args.zone} can't be looked up: CoreDNS sends them to ${upstreamWords(args)}, ` +
    `which ${args.log === 'timeout' ? 'does not answer' : stubWords[args.state]}.`
  )
}

function stubDetail({ name, state, failed, of, rcode, p50, line }: Refused): string {
  const what = state === 'late' ? 'lookups took as long' : `lookups failed with ${rcode}`
  const late = state !== 'late' && p50 > 0 ? ` after ${ms(p50)}, in which CoreDNS waits for another server` : ''
  return `${name} · ${failed} of ${of} ${what}${late} · line ${line} of the Corefile`
}

function opening(args: Refused): string {
  if (args.zone !== null && args.state === 'late')
    return 'ask each server of the line by itself, and take out the one that says nothing; let none have max_fails 0'
  if (args.zone !== null && args.state === 'silent')
    return (
      'see whether that server is there and is reached from the nodes of CoreDNS, over UDP and TCP port 53 ' +
      '(a firewall, a route, a VPN); then whether the address in the Corefile is the right one'
    )
  if (args.zone !== null)
    return 'ask that server for the zone, and correct the address in the Corefile if it is the wrong one'
  if (args.full)
    return 'find out why so many queries wait: an upstream that is slow, or that sends them back to CoreDNS'
  return args.rcode === 'REFUSED'
    ? "allow the nodes' addresses on the upstream (allow-query, allow-recursion, access-control), " +
        'or forward to a server that serves them'
    : 'ask the upstream itself, and look at its log; name a second one in the Corefile'
}

const stubWords: Readonly<Record<Refused['state'], string>> = {
  silent: 'gives no good answer',
  refuses: 'refuses them',
  'unknown-zone': 'does not know the zone',
  late: 'answers late',
}

function ofRoot(seen: OutsideSources): Verdict<Refused> {
  const outcome = outsideFailure(seen)
  if (outcome.kind !== 'failing') return outcome
  const { asked, upstreams, failure } = outcome
  const { dnsProbe, clusterDns, coreDnsWindows, dnsServerLogs } = seen
  if (!failure.proven && failure.rcode === 'SERVFAIL')
    return cannotTell(
      coreDnsWindows.known ? 'failed' : coreDnsWindows.why.reason,
      "outside names fail with SERVFAIL, and only CoreDNS's own metrics tell whether its upstream said so",
    )
  if (failure.kind === 'silent')
    return ok(asked.lookups.length, 'outside names fail, and it is not an answer of the upstream that says so')
  const loss = lossOf(asked.series)
  return finding({
    subject: corefileObject(clusterDns),
    confidence: failure.proven ? 'observed' : 'inferred',
    args: {
      rcode: failure.rcode,
      ...upstreamArgs(upstreams),
      zone: null,
      state: 'refuses',
      log: 'nothing',
      line: null,
      name: asked.series[0]?.name ?? 'outside names',
      failed: loss.unanswered,
      of: loss.of,
      p50: quantile(loss.times, 0.5),
      proven: failure.proven,
      searching: [],
      full: signsOf(dnsServerLogs, clusterDns.pods, 'too-many-concurrent').length > 0,
    },
    evidence: upstreamEvidence({
      dns: clusterDns,
      probe: dnsProbe,
      asked: asked.series,
      upstreams,
      label: `answers ${failure.rcode}`,
    }),
    symptoms: [dnsUpstreamSilent],
    causes: ['dns-external:*'],
  })
}

/** `read udp 10.2.0.2:4711->198.51.100.53:53: i/o timeout` */
function waitedFor(upstream: readonly string[], said: readonly string[]): boolean {
  const ips = upstream.map((it) => it.replace(/^dns:\/\//, '').replace(/:\d{1,5}$/, ''))
  return said.some((line) => ips.some((ip) => line.includes(`->${ip}:`) || line.includes(`->[${ip}]:`)))
}

function middleOf(late: readonly NameAnswer[]): number {
  const times = late.map((it) => it.ms ?? 0).toSorted((a, b) => a - b)
  return quantile(times, 0.5)
}

/** Zones with servers of their own, by the question for the zone itself. */
/** The other outside names say nothing of zones that have servers of their own. */
function notAsked(stubs: readonly StubZone[], { reason, detail }: Why): Verdict<Refused> {
  const zones = some(stubs.map(({ zone }) => zone))
  const isOpen = reason === 'not-asked'
  return cannotTell(
    reason,
    `names under ${zones} were not asked for${isOpen ? '' : `: ${detail}`}`,
    isOpen ? '--probe' : null,
  )
}

interface Around {
  readonly said: readonly string[]
  readonly resolvers: readonly PodResolver[]
}

/** Whose names are asked below the zone, unless a suffix before it has them. */
function searchingIn(zone: string, resolvers: readonly PodResolver[]): readonly PodResolver[] {
  return resolvers.filter(({ searches }) => searches.some((it) => isWithin(bareName(it), zone)))
}

function ofStubs(
  dns: ClusterDns,
  answers: Known<NameAnswers>,
  { said, resolvers }: Around,
): readonly Verdict<Refused>[] {
  if (!dns.corefile.known) return []
  const text = dns.corefile.value
  const stubs = stubZones(askedCorefile(text, dns))
  if (!answers.known) return stubs.length === 0 ? [] : [notAsked(stubs, answers.why)]
  return stubs.flatMap((stub): readonly Verdict<Refused>[] => {
    const { zone, forwarding } = stub
    const { state, seen } = stateOfStub(zone, answers.value)
    if (state === 'unknown-zone' && !isAllForwarded(stub)) return []
    if (state === 'answers' || state === 'not-asked') return state === 'answers' ? [ok(seen.length)] : []
    const [first] = seen
    const upstream = forwarding.to.map(({ written }) => written)
    const late = lateOf(seen)
    // Who is told at once that there is no such name goes on to the next suffix.
    const searching = state === 'unknown-zone' ? [] : searchingIn(zone, resolvers)
    return [
      finding({
        subject: corefileObject(dns),
        confidence: state === 'unknown-zone' ? 'possible' : 'observed',
        severity: state === 'unknown-zone' || state === 'late' ? 'warning' : 'error',
        args: {
          zone,
          state,
          log: state === 'silent' && waitedFor(upstream, said) ? 'timeout' : 'nothing',
          line: forwarding.plugin.line,
          name: `${zone}.`,
          failed: state === 'late' ? late.length : seen.length,
          of: seen.length,
          rcode: first?.rcode ?? (first?.answer === 'timeout' ? 'no answer' : (first?.answer ?? 'no answer')),
          proven: true,
          full: false,
          searching: [...new Set(searching.map(({ workload: it }) => `${it.kind} ${full(it)}`))],
          upstream,
          p50: middleOf(late),
        },
        evidence: [
          corefileEvidence(dns, text, {
            line: forwarding.plugin.line,
            mark: upstream[0] ?? 'forward',
            label: stubWords[state],
          }),
          ...seen.slice(0, 4).map((it) => ({
            kind: 'fact' as const,
            label: `${zone} from ${it.node}`,
            value: `${it.rcode ?? it.answer}${it.ms === undefined ? '' : ` after ${ms(it.ms)}`}`,
          })),
        ],
        // Where no name outside is answered, whoever is asked, this zone is one of many.
        symptoms: [`dns-external:zone/${zone}`],
        also: searching.map((it) => it.workload),
        causes: searching.flatMap((it) => it.pods).map(searchedInPod),
      }),
    ]
  })
}
