import { factsOf, type Standing } from '../../answers/monitor/round.ts'
import { type MonitorFact, type Outcome, type Round } from '../../answers/monitor/state.ts'
import { diagnose, isBlind } from '../../engine.ts'
import type { Cluster } from '../../kube/cluster.ts'
import { isLate } from '../../kube/read-until.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Model } from '../../model/sources.ts'
import { type Clock, machineClock } from '../../probe/pod/clock.ts'
import { ownResolvConf } from '../../probe/pod/dns/names.ts'
import { stopwatch } from '../../stopwatch.ts'
import { ToolError } from '../../tool-error.ts'
import type { ClusterAsk } from '../asks.ts'
import type { Caller, SessionEvent } from '../events.ts'
import { gather } from '../gather.ts'
import { type ChecksAsk, checksOf } from '../select.ts'
import { countRequests } from '../watch/count.ts'
import { type Ended, type Frame, withCluster } from '../with-cluster.ts'
import { type Lookups, type OwnConf, pause, seriesOf, startLookups, wayOf } from './lookups.ts'
import { type KeepAsk, type Moments, momentsIn } from './moments.ts'
import { newPace, type Pace } from './pace.ts'
import { type Pages, pagesOf, type PageWay } from './pages.ts'

export interface MonitorAsk extends ClusterAsk, Pick<ChecksAsk, 'only' | 'ignore' | 'ignoreFile'> {
  /** From the beginning of one round to the beginning of the next. */
  readonly every: number
  /** How often each way is looked up by; null: no lookup is made. */
  readonly lookupsEvery: number | null
  readonly pages: PageWay
  /** null: nothing is written anywhere. */
  readonly keep: KeepAsk | null
  /** As /etc/resolv.conf says, unless a test says it. */
  readonly own?: OwnConf
  /** By which rounds wait: the machine's, unless a test has one. */
  readonly clock?: Clock
}

/** What a monitor costs, as its first round did. */
export interface MonitorLoad {
  readonly everyMs: number
  /** Lists and gets of one round, metrics pages not among them. */
  readonly requests: number
  readonly pages: number
  readonly pageWay: PageWay
  /** null: no lookups are made. */
  readonly lookups: { readonly everyMs: number; readonly ways: number; readonly queriesPerSecond: number } | null
}

export type MonitorEvent = SessionEvent | MonitorFact | { readonly kind: 'load'; readonly load: MonitorLoad }

/** Below these a monitor would be a load of its own. */
const leastEveryMs = 10_000
const leastLookupsMs = 200

/** Looks at the cluster again and again, until the caller's signal; what it learns is told as it is learnt. */
export async function monitor(ask: MonitorAsk, caller: Caller<MonitorEvent>): Promise<Ended<null>> {
  checkTimes(ask)
  // A slip is said before anything is asked.
  checksOf(ask)
  return withCluster(ask, caller, async (frame) => {
    const lookupsEnd = new AbortController()
    try {
      await rounds(frame, ask, { tell: caller.tell, lookupsEnd: lookupsEnd.signal })
      return null
    } finally {
      lookupsEnd.abort()
    }
  })
}

function checkTimes({ every, lookupsEvery }: MonitorAsk): void {
  if (every < leastEveryMs)
    throw new ToolError(
      'usage',
      `a round every ${every} ms would be a load of its own`,
      'ten seconds at the least: 10s',
    )
  if (lookupsEvery !== null && lookupsEvery < leastLookupsMs)
    throw new ToolError('usage', `lookups every ${lookupsEvery} ms would be a load of their own`, '200ms at the least')
}

interface Told {
  readonly tell: Caller<MonitorEvent>['tell']
  readonly lookupsEnd: AbortSignal
}

async function rounds(frame: Frame, ask: MonitorAsk, { tell, lookupsEnd }: Told): Promise<void> {
  const { signal } = frame
  const counted = countRequests(frame.cluster)
  const pages = pagesOf(frame.cluster, ask.pages)
  const moments = ask.keep === null ? null : momentsIn(ask.keep)
  const pace = newPace()
  const lookups =
    ask.lookupsEvery === null
      ? null
      : startLookups({ everyMs: ask.lookupsEvery, signal: lookupsEnd }, (fact) => {
          if (fact.kind === 'lookup') pace.note(fact.way, fact.lookup)
          tell(fact)
        })
  if (lookups === null) tell({ kind: 'ways', ways: null })
  const around: Around = { cluster: counted.cluster, count: counted.count, pages, ask, signal }
  let standing: readonly Standing[] = []
  let [isFirst, isTold] = [true, false]
  while (!signal.aborted) {
    const took = stopwatch()
    const looked = await look(around, standing, isFirst)
    if (signal.aborted) break
    standing = looked.round.facts?.standing ?? standing
    tell({ kind: 'round', round: looked.round })
    const ways = lookups === null || looked.dns === null ? null : aim({ lookups, pace }, looked.dns, ask, tell)
    if (!isTold && looked.dns !== null) tell({ kind: 'load', load: loadOf(ask, looked, ways) })
    isTold ||= looked.dns !== null
    isFirst = false
    await keepMoment(moments, looked, pace, tell)
    await pause(ask.clock ?? machineClock, untilNext(ask.every, took.ms()), signal)
  }
}

/** A cluster that answers slowly is looked at for half of the time at most. */
export function untilNext(everyMs: number, tookMs: number): number {
  return Math.max(everyMs - tookMs, tookMs, 1)
}

function aim(
  { lookups, pace }: { readonly lookups: Lookups; readonly pace: Pace },
  dns: ClusterDns,
  ask: MonitorAsk,
  tell: Told['tell'],
): number {
  const own = ask.own ?? ownResolvConf() ?? { nameservers: [], search: [] }
  const series = seriesOf(dns, own)
  const ways = series.map(wayOf)
  // First those who keep the books.
  tell({ kind: 'ways', ways })
  pace.keep(ways)
  lookups.aim(series)
  return series.length
}

function loadOf(ask: MonitorAsk, { round }: Looked, ways: number | null): MonitorLoad {
  const { every, lookupsEvery, pages } = ask
  return {
    everyMs: every,
    requests: round.requests,
    pages: round.servers.length,
    pageWay: pages,
    lookups:
      ways === null || lookupsEvery === null
        ? null
        : { everyMs: lookupsEvery, ways, queriesPerSecond: (2 * ways * 1000) / lookupsEvery },
  }
}

async function keepMoment(
  moments: Moments | null,
  { model, round }: Looked,
  pace: Pace,
  tell: Told['tell'],
): Promise<void> {
  if (moments === null || model === null || round.facts === null) return
  const moment = await moments.after(round.facts.standing, pace.isSlow(), model)
  if (moment === null) return
  tell(moment.file === null ? { kind: 'not-kept', why: moment.why } : { kind: 'kept', file: moment.file })
}

interface Around {
  readonly cluster: Cluster
  readonly count: () => number
  readonly pages: Pages
  readonly ask: MonitorAsk
  readonly signal: AbortSignal
}

interface Looked {
  readonly round: Round
  readonly model: Model | null
  readonly dns: ClusterDns | null
}

/** What reading needs beside the cluster, of which a monitor makes no use. */
const readOnly = { probe: false, nodeAccess: false, image: '', probeName: '', timeout: 0 } as const

/** One round. In the first one, a slip of whoever started it is an error; later the cluster has changed. */
async function look(around: Around, before: readonly Standing[], isFirst: boolean): Promise<Looked> {
  const { cluster, count, pages, ask, signal } = around
  const [took, atFirst] = [stopwatch(), count()]
  const time = within(signal, Math.max(ask.every, ask.requestTimeout))
  const ended = (outcome: Outcome, why: string | null, rest: Partial<Round> = {}): Round => ({
    at: took.started.getTime() + took.ms(),
    by: performance.now(),
    seconds: took.ms() / 1000,
    outcome,
    why,
    facts: null,
    servers: [],
    requests: count() - atFirst,
    ...rest,
  })
  try {
    // Each time: a rule of the ignore file has its day, and the file may be a ConfigMap that is changed.
    const how = checksOf(ask)
    const { model } = await gather({ cluster, signal: time.signal, tell: () => {} }, null, { ...ask, ...readOnly })
    const diagnosis = diagnose(model, how)
    const facts = factsOf(diagnosis, before)
    if (isBlind(diagnosis)) return { round: ended('blind', blindWhy(model), { facts }), model: null, dns: null }
    const { clusterDns } = model.sources
    const dns = clusterDns.known ? clusterDns.value : null
    const servers = dns === null ? [] : await pages.read(dns, time.signal)
    const isCut = isLate(time.signal)
    const why = isCut ? 'the time for the round was up before everything was read' : null
    return {
      round: ended(isCut ? 'late' : 'done', why, { facts, servers }),
      model,
      dns,
    }
  } catch (error) {
    if (signal.aborted || (isFirst && error instanceof ToolError && isSlip(error))) throw error
    const why = error instanceof Error ? error.message : String(error)
    return { round: ended('failed', why), model: null, dns: null }
  } finally {
    time.end()
  }
}

function isSlip({ code }: ToolError): boolean {
  return code === 'usage' || code === 'not-found'
}

function blindWhy({ sources: { pods, services } }: Model): string {
  const [why] = [pods, services].flatMap((it) => (it.known ? [] : [it.why.detail]))
  return `no check could judge anything${why === undefined ? '' : `: ${why}`}`
}

/**
 * A signal that ends with another one or when the time is up. Not AbortSignal.any: the long-lived one would hold what
 * hangs on it for as long as a monitor runs.
 */
function within(outer: AbortSignal, ms: number): { readonly signal: AbortSignal; readonly end: () => void } {
  const own = new AbortController()
  const stop = (): void => own.abort(outer.reason)
  const timer = setTimeout(() => own.abort(new DOMException('the round took too long', 'TimeoutError')), ms)
  outer.addEventListener('abort', stop)
  if (outer.aborted) stop()
  return {
    signal: own.signal,
    end() {
      clearTimeout(timer)
      outer.removeEventListener('abort', stop)
    },
  }
}
