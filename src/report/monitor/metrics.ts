import { cpuShare, type ServerSample } from '../../answers/dns-watch.ts'
import { comb } from '../../answers/monitor/histogram.ts'
import { isSight, type MonitorState, outcomes } from '../../answers/monitor/state.ts'
import type { Tally } from '../../answers/monitor/tally.ts'
import { exposition, type Labels, type Metric } from '../formats/exposition.ts'

/** What the process says of itself, by the names that every exporter has for it. */
export interface ProcessFacts {
  readonly version: string
  readonly everyMs: number
  /** Seconds since 1970. */
  readonly startedAt: number
  readonly cpuSeconds: number
  readonly residentBytes: number
}

type Rows = Extract<Metric, { type: 'gauge' | 'counter' }>['rows']

/** The page /metrics: all that a monitor knows. What it does not know has no sample: absence can be alerted on. */
export function monitorMetrics(state: MonitorState, of: ProcessFacts): string {
  return exposition([
    ...aboutRounds(state, of),
    ...aboutChecks(state),
    ...aboutLookups(state),
    ...aboutServers(state),
    ...aboutItself(state, of),
  ])
}

const gauge = (name: string, help: string, rows: Rows): Metric => ({ name, help, type: 'gauge', rows })
const counter = (name: string, help: string, rows: Rows): Metric => ({ name, help, type: 'counter', rows })
const one = (value: number | null): Rows => [[{}, value]]

function aboutRounds({ last, seen, rounds, requests }: MonitorState, { everyMs }: ProcessFacts): readonly Metric[] {
  const isUp = last === null ? null : Number(isSight(last.outcome))
  return [
    gauge('hopscope_up', 'Whether the last round saw the cluster.', one(isUp)),
    gauge(
      'hopscope_last_round_timestamp_seconds',
      'When the last round ended that saw the cluster.',
      one(seen === null ? null : seen.at / 1000),
    ),
    gauge('hopscope_round_seconds', 'How long the last round took.', one(last?.seconds ?? null)),
    gauge('hopscope_round_interval_seconds', 'From one round to the next.', one(everyMs / 1000)),
    counter(
      'hopscope_rounds_total',
      'Rounds by what became of them; blind is a round in which no check could judge anything.',
      outcomes.map((outcome) => [{ outcome }, rounds[outcome]] as const),
    ),
    counter('hopscope_api_requests_total', 'Requests to the API server.', one(requests)),
  ]
}

function aboutChecks({ last, seen }: MonitorState): readonly Metric[] {
  const verdicts = (last?.facts ?? seen?.facts)?.verdicts ?? {}
  const facts = seen?.facts
  return [
    gauge(
      'hopscope_checks',
      'Checks by what became of them in the last round.',
      Object.entries(verdicts).map(([verdict, count]) => [{ verdict }, count] as const),
    ),
    gauge(
      'hopscope_finding',
      'Root causes that stand, the worst 500 at most.',
      (facts?.standing ?? []).map(({ code, severity, kind, namespace, name }) => [
        { code, severity, kind, namespace, name },
        1,
      ]),
    ),
    gauge(
      'hopscope_findings',
      'How many root causes stand, by severity.',
      Object.entries(facts?.bySeverity ?? {}).map(([severity, count]) => [{ severity }, count] as const),
    ),
    gauge('hopscope_findings_unnamed', 'Of those, how many have no series of their own.', one(facts?.leftOut ?? null)),
  ]
}

function aboutLookups({ isAsking, tallies }: MonitorState): readonly Metric[] {
  const all = [...tallies.values()]
  const rows = (each: (it: Tally) => readonly (readonly [Labels, number])[]): Rows => all.flatMap(each)
  return [
    gauge('hopscope_lookup_ways', 'Ways that lookups go: 0 where none are made.', one(isAsking ? all.length : 0)),
    {
      name: 'hopscope_lookup_seconds',
      help: 'Lookups of A and AAAA; one whose first packet was lost is above 5 and below 10.',
      type: 'histogram',
      bounds: comb,
      rows: all.map((it) => [labelsOf(it), it.times] as const),
    },
    counter(
      'hopscope_lookups_total',
      'Lookups by their outcome, the worse of the two answers.',
      rows((it) =>
        Object.entries({ ok: 0, timeout: 0, ...it.outcomes }).map(([outcome, count]) => [
          { ...labelsOf(it), outcome },
          count,
        ]),
      ),
    ),
    counter(
      'hopscope_lookups_repeated_total',
      'Lookups that were answered by a repeat alone, by the question whose first packet was lost.',
      rows((it) => Object.entries(it.repeated).map(([question, count]) => [{ ...labelsOf(it), question }, count])),
    ),
    counter(
      'hopscope_lookups_skipped_total',
      'Lookups that were not made, since too many waited for answers already.',
      rows((it) => [[labelsOf(it), it.skipped]]),
    ),
  ]
}

function labelsOf({ way: { role, server } }: Tally): Labels {
  return { role, server }
}

function aboutServers({ last }: MonitorState): readonly Metric[] {
  const servers = last?.servers ?? []
  const rows = (of: (it: ServerSample) => number | null): Rows =>
    servers.map((it) => [{ pod: it.pod, node: it.node ?? '' }, of(it)] as const)
  // The first page of a server is read well, and has none to be compared with.
  const isRead = (it: ServerSample): number => Number(it.rates.known || it.rates.why.reason === 'not-asked')
  const by = 'by its own metrics in the last round.'
  return [
    gauge('hopscope_dns_server_read', 'Whether the metrics of a DNS server could be read.', rows(isRead)),
    gauge(
      'hopscope_dns_server_queries_per_second',
      `Queries that a DNS server took, ${by}`,
      rows(({ rates }) =>
        rates.known && rates.value.requests !== null ? rates.value.requests / rates.value.seconds : null,
      ),
    ),
    gauge('hopscope_dns_server_failed_ratio', `SERVFAIL and REFUSED of all its answers, ${by}`, rows(failedOf)),
    gauge(
      'hopscope_dns_server_p99_seconds',
      `What 99 of 100 answers took at most inside of it, ${by}`,
      rows(({ rates }) => (rates.known ? rates.value.p99Seconds : null)),
    ),
    gauge('hopscope_dns_server_cpu_ratio', `CPU of its limit, ${by}`, rows(cpuShare)),
  ]
}

function failedOf({ rates }: ServerSample): number | null {
  if (!rates.known) return null
  const { responses } = rates.value
  const all = Object.values(responses).reduce((sum, it) => sum + it, 0)
  return all === 0 ? null : ((responses['SERVFAIL'] ?? 0) + (responses['REFUSED'] ?? 0)) / all
}

function aboutItself({ kept, notKept }: MonitorState, of: ProcessFacts): readonly Metric[] {
  return [
    counter('hopscope_moments_kept_total', 'Recordings of moments that were kept.', one(kept)),
    counter('hopscope_moments_lost_total', 'Recordings that could not be written.', one(notKept)),
    gauge('hopscope_build_info', 'The version of hopscope.', [[{ version: of.version }, 1]]),
    gauge('process_start_time_seconds', 'When the process began.', one(of.startedAt)),
    gauge('process_resident_memory_bytes', 'Memory of the process.', one(of.residentBytes)),
    counter('process_cpu_seconds_total', 'CPU time of the process.', one(of.cpuSeconds)),
  ]
}
