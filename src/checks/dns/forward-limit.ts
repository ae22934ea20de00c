import { check } from '../../findings/check.ts'
import type { Evidence } from '../../findings/evidence.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import { corefileEvidence, corefileObject } from '../../relations/dns/corefile-text.ts'
import { logEvidence, signsOf } from '../../relations/dns/server-log-signs.ts'
import { upstreamTotals } from '../../relations/dns/upstream.ts'
import { forwardings } from '../../relations/dns/upstream-servers.ts'
import { parseCorefile } from '../../wire/corefile.ts'
import { ms } from '../../phrases.ts'

/**
 * `max_concurrent` bounds the queries that wait for the upstream; one more is refused. How many a second that lets
 * through
 * is the limit by the time that one takes: 1000 that wait 2 s each are 500 a second (plugin/forward README).
 */
export default check({
  code: 'DNS174',
  slug: 'dns/forward-limit',
  title: 'CoreDNS refuses queries: too many wait for its upstream',
  fine: 'no query was refused for want of a place in the queue to the upstream',
  severity: 'warning',
  needs: ['clusterDns', 'dnsServerLogs'],
  wants: ['coreDnsWindows'],
  remedies: [],
  decides: ['DNS-42'],

  run({ clusterDns, dnsServerLogs, coreDnsWindows }) {
    const { corefile } = clusterDns
    const logs = { known: true as const, value: dnsServerLogs }
    const full = signsOf(logs, clusterDns.pods, 'too-many-concurrent').filter(({ log }) => log.run === 'now')
    if (!corefile.known) return cannotTell(corefile.why.reason, `the Corefile was not read: ${corefile.why.detail}`)
    const bounded = forwardings(parseCorefile(corefile.value)).flatMap(({ plugin }) => {
      const line = (plugin.block ?? []).find((it) => it.name === 'max_concurrent')
      return line === undefined ? [] : [{ plugin, line, most: Number(line.args[0]) }]
    })
    if (full.length === 0) {
      return bounded.length === 0
        ? notApplicable('no `max_concurrent` bounds the queries to the upstream')
        : ok(dnsServerLogs.length)
    }
    const limit = Number(/maximum (\d+)/.exec(full[0]?.sign.said ?? '')?.[1] ?? 0)
    const its = bounded.find((it) => it.most === limit) ?? bounded[0]
    const windows = coreDnsWindows.known ? coreDnsWindows.value : []
    const meanMs = upstreamTotals(windows.flatMap((it) => it.upstreams ?? []))?.meanMs ?? null
    const shown: readonly Evidence[] =
      its === undefined
        ? []
        : [
            corefileEvidence(clusterDns, corefile.value, {
              line: its.line.line,
              mark: 'max_concurrent',
              label: 'is reached',
            }),
          ]
    return finding({
      subject: corefileObject(clusterDns),
      confidence: 'observed',
      args: {
        limit,
        times: full.reduce((sum, { sign }) => sum + sign.times, 0),
        servers: new Set(full.map(({ log }) => log.pod)).size,
        each: meanMs === null ? 'unknown' : ms(meanMs),
        rate: meanMs === null || meanMs === 0 ? 0 : Math.round((limit * 1000) / meanMs),
      },
      evidence: [...shown, logEvidence(full)],
      symptoms: ['dns-upstream-full'],
      causes: ['dns-external:*'],
    })
  },

  words: {
    headline: ({ args }) =>
      `CoreDNS refuses names outside the cluster: ${args.limit} queries wait for its upstream already, ` +
      'and max_concurrent allows no more.',
    detail: ({ subject: on, args }) =>
      `${on.kind} ${on.namespace}/${on.name} · refused ${args.times} times in two minutes, ` +
      `by ${args.servers} of the DNS servers · ` +
      `one query takes ${args.each}${args.rate === 0 ? '' : `, so that ${args.rate} a second fit`}`,
    note: () =>
      "REFUSED is CoreDNS's own word here, and not the upstream's; each waiting query takes some memory (about 2 kB)",
    help: ({ subject: on }) => [
      'see first why the upstream is slow; then raise max_concurrent, or spread the queries over more DNS servers',
      'hopscope diagnose dns --probe',
      `kubectl -n ${on.namespace} edit configmap ${on.name}`,
    ],
  },
})
