import type { ConnectTry, HttpEnd } from '../../model/contacts.ts'
import type { LookupSeries } from '../../model/lookups.ts'
import type { ApiContact } from '../../model/pod-ways.ts'
import type { NameAnswer } from '../../model/name-answers.ts'
import type { TryRecord } from '../pod/contacts/connects.ts'
import type { LookupRow, PodRecord } from '../pod/records.ts'
import type { SeriesSpec } from '../pod/spec.ts'

/** A pod's log so far, as values. Times are milliseconds since the run began. */
export interface Readings {
  readonly helloAt: number | null
  readonly endAt: number | null
  readonly series: readonly LookupSeries[]
  readonly edns: readonly LookupSeries[]
  readonly named: readonly LookupSeries[]
  readonly farTcp: readonly LookupSeries[]
  readonly done: number
  readonly of: number
  readonly connects: readonly {
    readonly id: number
    readonly tries: readonly ConnectTry[]
  }[]
  readonly api: readonly Omit<ApiContact, 'node'>[]
  readonly http: readonly ({ readonly id: number } & HttpEnd)[]
  readonly large: readonly Omit<Extract<PodRecord, { t: 'large' }>, 't'>[]
  readonly eased: readonly { readonly ip: string; readonly port: number; readonly why: string }[]
  readonly metrics: readonly Extract<PodRecord, { t: 'metrics' }>[]
  readonly names: readonly Omit<NameAnswer, 'node'>[]
  /** What the pod's own resolv.conf has; null where it did not say. */
  readonly searches: { readonly suffixes: readonly string[]; readonly ndots: number } | null
  readonly queries: number
  readonly throttledMs: number | null
  readonly lagMs: number | null
  readonly lagMaxMs: number | null
  readonly stray: number | null
  readonly between: readonly Omit<Extract<PodRecord, { t: 'between' }>, 't'>[]
  readonly mtu: readonly Omit<Extract<PodRecord, { t: 'mtu' }>, 't'>[]
  readonly slowed: string | null
  readonly stopped: string | null
  readonly broken: string | null
}

/**
 * Puts a pod's records together. `at` is when the CLI got the record, in milliseconds since the run began: the pod's
 * own clock starts with its `hello`, and no clocks of two machines are compared.
 */
export function readingsOf(node: string): {
  readonly take: (record: PodRecord, at: number) => void
  readonly read: () => Readings
} {
  const specs = new Map<number, SeriesSpec>()
  const rows = new Map<number, LookupRow[]>()
  const connects: Readings['connects'][number][] = []
  const api: Readings['api'][number][] = []
  const http: Readings['http'][number][] = []
  const large: Readings['large'][number][] = []
  const eased: Readings['eased'][number][] = []
  const metrics: Readings['metrics'][number][] = []
  const mtu: Readings['mtu'][number][] = []
  const between: Readings['between'][number][] = []
  const names: Omit<NameAnswer, 'node'>[] = []
  let searches: Readings['searches'] = null
  let libc: LookupSeries['libc'] = null
  let helloAt: number | null = null
  let endAt: number | null = null
  let ended: Extract<PodRecord, { t: 'end' }> | null = null
  let slowed: string | null = null
  let stopped: string | null = null
  let broken: string | null = null

  const seriesOf = ([s, of]: [number, SeriesSpec]): LookupSeries => ({
    node,
    server: of.server,
    transport: of.transport,
    method: of.method,
    libc: of.method === 'getaddrinfo' ? libc : null,
    name: of.name,
    zone: of.zone,
    lookups: (rows.get(s) ?? [])
      .map(([at, ms, a, aaaa, retries, firstLost]) => ({
        at: Math.round((helloAt ?? 0) + at),
        ms,
        a,
        aaaa,
        retries,
        firstLost,
      }))
      .sort((x, y) => x.at - y.at),
  })
  const toldAs = (apart: SeriesSpec['apart']): readonly LookupSeries[] =>
    [...specs].filter(([, it]) => it.apart === apart).map(seriesOf)

  return {
    take(record, at) {
      switch (record.t) {
        case 'hello':
          helloAt = at
          libc = record.libc
          break
        case 'series':
          specs.set(record.s, record.of)
          break
        case 'lookups':
          rows.set(record.s, [...(rows.get(record.s) ?? []), ...record.rows])
          break
        case 'connect':
          connects.push({ id: record.id, tries: record.tries.map((it, at) => leftFrom(tryOf(it), record.from?.[at])) })
          break
        case 'api': {
          const { via, ip, port } = record
          api.push({ via, ip, port, tries: record.tries.map(tryOf) })
          break
        }
        case 'http':
          http.push(endOf(record))
          break
        case 'large': {
          const { t: _, ...end } = record
          large.push(end)
          break
        }
        case 'eased':
          eased.push({ ip: record.ip, port: record.port, why: record.why })
          break
        case 'metrics':
          metrics.push(record)
          break
        case 'names':
          names.push(...record.answers)
          break
        case 'mtu': {
          const { t: _, ...counts } = record
          mtu.push(counts)
          break
        }
        case 'between': {
          const { t: _, ...counts } = record
          between.push(counts)
          break
        }
        case 'searches':
          searches = { suffixes: record.suffixes, ndots: record.ndots }
          break
        case 'slowed':
          slowed = record.why
          break
        case 'stopped':
          stopped = record.why
          break
        case 'broken':
          broken = record.why
          break
        case 'end':
          ended = record
          endAt = at
          break
        default:
          break
      }
    },
    read: () => ({
      helloAt,
      endAt,
      series: toldAs(undefined),
      edns: toldAs('edns'),
      named: toldAs('named'),
      farTcp: toldAs('far-tcp'),
      done: [...rows.values()].reduce((sum, it) => sum + it.length, 0),
      of: [...specs.values()].reduce((sum, it) => sum + it.count, 0),
      connects,
      api,
      http,
      large,
      eased,
      metrics,
      names,
      mtu,
      between,
      searches,
      // A pod that was cut off did not say its total: what it told of is the least that it sent.
      queries: ended?.queries ?? 2 * [...rows.values()].reduce((sum, it) => sum + it.length, 0),
      throttledMs: ended?.throttledMs ?? null,
      lagMs: ended?.lagMs ?? null,
      lagMaxMs: ended?.lagMaxMs ?? null,
      stray: ended?.stray ?? null,
      slowed,
      stopped,
      broken,
    }),
  }
}

function tryOf([result, ms, hungUpMs, refusal]: TryRecord): ConnectTry {
  if (hungUpMs === undefined) return { result, ms }
  return { result, ms, hungUpMs, ...(refusal === undefined ? {} : { refusal }) }
}

function leftFrom(it: ConnectTry, sourcePort = 0): ConnectTry {
  return sourcePort === 0 ? it : { ...it, sourcePort }
}

/** Without the record's own mark. */
function endOf({ t: _t, ...end }: Extract<PodRecord, { t: 'http' }>): Readings['http'][number] {
  return end
}
