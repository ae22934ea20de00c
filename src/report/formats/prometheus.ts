import { plain } from './plain.ts'
import { type Answer, countsOf, type Parts, type Path, partsOf } from './answer.ts'

type Labels = Readonly<Record<string, string>>

interface Metric {
  readonly name: string
  readonly help: string
  readonly rows: readonly (readonly [labels: Labels, value: number | null])[]
}

/**
 * The text format for the textfile collector of the node exporter, or a push gateway: gauges of one run. What could not
 * be told is counted as well, so that an alert can be raised on silence.
 */
export function prometheus(answer: Answer): string {
  const { diagnosis, dns } = partsOf(answer)
  const paths = dns?.paths.known === true ? dns.paths.value : []
  return [
    info(diagnosis),
    run(diagnosis),
    checks(diagnosis),
    findings(diagnosis),
    ...pathMetrics(paths),
    ...nodeMetrics(dns),
  ]
    .flatMap(linesOf)
    .map((it) => `${it}\n`)
    .join('')
}

function info({ cluster, scope }: Parts['diagnosis']): Metric {
  const labels = {
    version: cluster.tool,
    context: cluster.context,
    server: cluster.version,
    namespace: scope.namespace ?? '',
    level: scope.level,
  }
  return { name: 'hopscope_run_info', help: 'What was asked, and of which cluster.', rows: [[labels, 1]] }
}

function run({ started }: Parts['diagnosis']): Metric {
  const at = started === null ? Number.NaN : Date.parse(started) / 1000
  return {
    name: 'hopscope_run_timestamp_seconds',
    help: 'When the run began: alert on an old one, or on none.',
    rows: Number.isNaN(at) ? [] : [[{}, at]],
  }
}

function checks(diagnosis: Parts['diagnosis']): Metric {
  return {
    name: 'hopscope_checks',
    help: 'Checks by what became of them.',
    rows: Object.entries(countsOf(diagnosis)).map(([verdict, count]) => [{ verdict }, count] as const),
  }
}

function findings({ findings: its }: Parts['diagnosis']): Metric {
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

function pathMetrics(paths: readonly Path[]): readonly Metric[] {
  const rows = (of: (it: Path) => number | null, factor = 1): Metric['rows'] =>
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

function nodeMetrics(dns: Parts['dns']): readonly Metric[] {
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

/** A metric without a sample has no lines: absent is what is alerted on. */
function linesOf({ name, help, rows }: Metric): readonly string[] {
  const known = rows.flatMap(([labels, value]) => (value === null ? [] : [[labels, value] as const]))
  if (known.length === 0) return []
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} gauge`,
    ...known.map(([labels, value]) => `${name}${written(labels)} ${value}`),
  ]
}

function written(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

/** A label's value: backslash, quote and line end have a meaning; `plain` leaves no line end. */
function escaped(text: string): string {
  return plain(text).replaceAll(/[\\"]/g, String.raw`\$&`)
}
