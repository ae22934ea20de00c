import { type Answer, countsOf, type Parts, type Path, partsOf } from './answer.ts'
import { exposition, type Labels, type Metric } from './exposition.ts'

type Gauge = Omit<Extract<Metric, { type: 'gauge' | 'counter' }>, 'type'>

/**
 * The text format for the textfile collector of the node exporter, or a push gateway: gauges of one run. What could not
 * be told is counted as well, so that an alert can be raised on silence.
 */
export function prometheus(answer: Answer): string {
  const { diagnosis, dns } = partsOf(answer)
  const paths = dns?.paths.known === true ? dns.paths.value : []
  const gauges = [
    info(diagnosis),
    run(diagnosis),
    checks(diagnosis),
    findings(diagnosis),
    ...pathMetrics(paths),
    ...nodeMetrics(dns),
  ]
  return exposition(gauges.map((it) => ({ ...it, type: 'gauge' })))
}

function info({ cluster, scope }: Parts['diagnosis']): Gauge {
  const labels = {
    version: cluster.tool,
    context: cluster.context,
    server: cluster.version,
    namespace: scope.namespace ?? '',
    level: scope.level,
  }
  return { name: 'hopscope_run_info', help: 'What was asked, and of which cluster.', rows: [[labels, 1]] }
}

function run({ started }: Parts['diagnosis']): Gauge {
  const at = started === null ? Number.NaN : Date.parse(started) / 1000
  return {
    name: 'hopscope_run_timestamp_seconds',
    help: 'When the run began: alert on an old one, or on none.',
    rows: Number.isNaN(at) ? [] : [[{}, at]],
  }
}

function checks(diagnosis: Parts['diagnosis']): Gauge {
  return {
    name: 'hopscope_checks',
    help: 'Checks by what became of them.',
    rows: Object.entries(countsOf(diagnosis)).map(([verdict, count]) => [{ verdict }, count] as const),
  }
}

function findings({ findings: its }: Parts['diagnosis']): Gauge {
  const rows = its.map(({ code, severity, confidence, subject }) => ({
    code,
    severity,
    confidence,
    kind: subject.kind,
    namespace: subject.namespace ?? '',
    name: subject.name,
  }))
  // One object may have the same fault twice, and a series stands once.
  const groups = Map.groupBy(rows, (it) => JSON.stringify(it))
  return {
    name: 'hopscope_finding',
    help: 'Root causes that stand, how many of each.',
    rows: [...groups.values()].flatMap((same) => (same[0] === undefined ? [] : [[same[0], same.length] as const])),
  }
}

function pathMetrics(paths: readonly Path[]): readonly Gauge[] {
  const rows = (of: (it: Path) => number | null, factor = 1): Gauge['rows'] =>
    distinct(paths).map(([labels, it]) => {
      const value = of(it)
      return [labels, value === null ? null : value / factor] as const
    })
  const of = 'by node, server and way of asking.'
  return [
    { name: 'hopscope_dns_lookups', help: `Lookups that were made, ${of}`, rows: rows((it) => it.lookups) },
    {
      name: 'hopscope_dns_lookups_failed',
      help: `Lookups lost, refused or late, ${of}`,
      rows: rows((it) => it.failed),
    },
    { name: 'hopscope_dns_lookup_p50_seconds', help: `Median, ${of}`, rows: rows((it) => it.p50Ms, 1000) },
    { name: 'hopscope_dns_lookup_p99_seconds', help: `99th percentile, ${of}`, rows: rows((it) => it.p99Ms, 1000) },
    { name: 'hopscope_dns_lookup_max_seconds', help: `The slowest, ${of}`, rows: rows((it) => it.maxMs, 1000) },
  ]
}

function distinct(paths: readonly Path[]): readonly (readonly [Labels, Path])[] {
  const seen = new Map<string, readonly [Labels, Path]>()
  const most = (a: number | null, b: number | null): number | null =>
    a === null || b === null ? (a ?? b) : Math.max(a, b)
  for (const it of paths) {
    const labels = {
      node: it.node,
      server: it.server.pod ?? it.server.ip,
      role: it.server.role,
      transport: it.transport,
      method: it.method,
      libc: it.libc ?? '',
      zone: it.zone,
    }
    const key = JSON.stringify(labels)
    const same = seen.get(key)?.[1]
    // Several names in the same way: the sum, and the worst of them.
    const together =
      same === undefined
        ? it
        : {
            ...it,
            lookups: same.lookups + it.lookups,
            failed: same.failed + it.failed,
            p50Ms: most(same.p50Ms, it.p50Ms),
            p99Ms: most(same.p99Ms, it.p99Ms),
            maxMs: most(same.maxMs, it.maxMs),
          }
    seen.set(key, [labels, together])
  }
  return [...seen.values()]
}

function nodeMetrics(dns: Parts['dns']): readonly Gauge[] {
  const windows = dns?.conntrack.known === true ? dns.conntrack.value : []
  const byNode = [...new Map(windows.map((it) => [it.node, it])).values()]
  return [
    {
      name: 'hopscope_conntrack_insert_failed',
      help: 'By how much insert_failed rose on a node during the run.',
      rows: byNode.map((it) => [{ node: it.node }, it.insertFailed] as const),
    },
  ]
}
