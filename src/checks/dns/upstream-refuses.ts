import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import { corefileObject } from '../../relations/dns/corefile-text.ts'
import { lossOf, quantile } from '../../relations/dns/lookup-loss.ts'
import { signsOf } from '../../relations/dns/server-log-signs.ts'
import { dnsUpstreamSilent } from '../../relations/symptom.ts'
import { failureOf, outside, outsideFails, upstreamTotals } from '../../relations/dns/upstream.ts'
import { ms } from './dns-evidence.ts'
import { upstreamEvidence, upstreamsAsked } from './upstream-evidence.ts'
import { askUpstream, upstreamArgs, upstreamWords, verb } from './upstream-words.ts'

/** The upstream answers CoreDNS, and each answer is an error, which CoreDNS hands on: so CoreDNS is blamed for it. */
export default check({
  code: 'DNS145',
  slug: 'dns/upstream-refuses',
  title: 'the DNS server that CoreDNS forwards to answers with errors',
  fine: 'names outside the cluster get answers that are no errors',
  severity: 'error',
  needs: ['dnsProbe', 'clusterDns'],
  wants: ['coreDnsWindows', 'dnsServerLogs'],
  remedies: [],
  decides: [],

  run({ dnsProbe, clusterDns, coreDnsWindows, dnsServerLogs }) {
    const asked = outside(dnsProbe)
    if (asked.lookups.length < 4)
      return cannotTell(
        'too-few',
        `${asked.lookups.length} look-ups of an outside name ended on nodes where cluster names work`,
      )
    if (!outsideFails(asked)) return ok(asked.lookups.length)
    const upstreams = upstreamsAsked(clusterDns, asked.series, coreDnsWindows, dnsServerLogs)
    if (upstreams.none) return notApplicable('the Corefile passes outside names on to nobody: DNS114 is about that')
    const totals = upstreamTotals(upstreams.windows)
    const failure = failureOf(asked, totals)
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
        name: asked.series[0]?.name ?? 'unknown',
        failed: loss.unanswered,
        of: loss.of,
        p50: ms(quantile(loss.times, 0.5)),
        proven: failure.proven ? 'yes' : 'no',
        full: signsOf(dnsServerLogs, clusterDns.pods, 'too-many-concurrent').length > 0 ? 'yes' : 'no',
      },
      evidence: upstreamEvidence({
        dns: clusterDns,
        probe: dnsProbe,
        asked: asked.series,
        upstreams,
        label: `answers ${failure.rcode}`,
      }),
      symptoms: [dnsUpstreamSilent],
      explains: ['dns-external:*'],
    })
  },

  words: {
    headline: ({ args }) =>
      `Names outside the cluster can't be looked up: CoreDNS's ${upstreamWords(args)} ${verb(args, 'answers', 'answer')} ${args['rcode']}.`,
    detail: ({ args }) =>
      `${args['name']} · ${args['failed']} of ${args['of']} look-ups failed with ${args['rcode']} after ${args['p50']} · names of the cluster are answered`,
    note: ({ args }) =>
      args['full'] === 'yes'
        ? 'CoreDNS itself refuses what comes on top of max_concurrent: then REFUSED is its own word, or comes back from an upstream that asks CoreDNS in turn'
        : args['proven'] === 'no'
          ? "CoreDNS's own count of the upstream's answers could not be read: a server that is full (max_concurrent) or has no zone for the name refuses as well"
          : args['rcode'] === 'REFUSED'
            ? 'REFUSED means that the upstream does not serve these clients: most often its list of allowed networks lacks the nodes'
            : "the error is the upstream's own: it could not resolve the name itself (its own way out, DNSSEC, its forwarders)",
    help: ({ subject: on, args }) => [
      args['full'] === 'yes'
        ? 'find out why so many queries wait: an upstream that is slow, or that sends them back to CoreDNS'
        : args['rcode'] === 'REFUSED'
          ? "allow the nodes' addresses on the upstream (allow-query, allow-recursion, access-control), or forward to a server that serves them"
          : 'ask the upstream itself, and look at its log; name a second one in the Corefile',
      ...askUpstream(args).map((it) => `on a node of CoreDNS:  ${it}`),
      `kubectl -n ${on.namespace} get configmap ${on.name} -o jsonpath="{.data.Corefile}" | grep forward`,
    ],
  },
})
