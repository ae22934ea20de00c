import { type LogSummary, summing } from '../../answers/tail/log-summary.ts'
import type { Cluster } from '../../kube/cluster.ts'
import { ToolError } from '../../tool-error.ts'
import { accessReader, type LogEntry, type LogFormat } from '../../wire/access-log/reader.ts'
import { fromOutside } from '../../wire/outside.ts'
import type { ClusterAsk, ProbeAsk } from '../asks.ts'
import type { Caller, SessionEvent } from '../events.ts'
import { gather } from '../gather.ts'
import { type Ended, type Frame, withCluster } from '../with-cluster.ts'
import { likeThese, liveFormats, servedIn } from './controllers.ts'
import { formatsOf } from './log-files.ts'
import { patternOf, selectionOf } from './selection.ts'
import { readPods } from './read-once.ts'
import { type TailAsk, tailPods } from './tail.ts'
import { type Whose, whoseLines } from './whose-lines.ts'
import type { TailLine, TailMark } from '../../answers/tail/events.ts'

export interface LogsAsk extends ClusterAsk {
  /** `ingress/x`, `deploy/x`, a part of pods' names; null: all pods. */
  readonly target: string | null
  readonly selector?: string
  readonly container?: string
  readonly excludeContainer?: readonly string[]
  readonly excludePod?: readonly string[]
  readonly include?: readonly string[]
  readonly exclude?: readonly string[]
  /** Milliseconds. */
  readonly since?: number
  readonly tail?: number
  readonly follow: boolean
  /** Ends by itself after this long. */
  readonly for?: number
  readonly maxLogRequests: number
  readonly format?: readonly string[]
  /** Counts of requests take the place of lines. */
  readonly summary: boolean
}

export type LogsEvent = SessionEvent | TailMark

export interface LogsCaller extends Caller<LogsEvent> {
  /** Waits until whoever reads has room for more. */
  readonly write: (line: TailLine) => Promise<void> | undefined
}

export interface Logged {
  /** null: lines were wanted. */
  readonly summary: LogSummary | null
  readonly lines: number
  readonly containers: number
  /** Where lines may be missing, or nothing could be read. */
  readonly gaps: number
}

/** Reads or follows logs of many pods; makes nothing in the cluster, and keeps nothing. */
export async function logsOf(ask: LogsAsk, caller: LogsCaller): Promise<Ended<Logged>> {
  const lineWanted = linesWanted(ask)
  const own = formatsOf(ask.format)
  return withCluster(ask, { signal: caller.signal, tell: caller.tell }, async (frame) => {
    const what = await whatOf(frame, ask)
    const time = ask.for === undefined ? [] : [AbortSignal.timeout(ask.for)]
    const signal = AbortSignal.any([frame.signal, ...time])
    const counts = { lines: 0, containers: 0, gaps: 0 }
    const summary = ask.summary ? summaryFrom([...own, ...what.formats], what.whose) : null
    const reader = readerOf([...own, ...what.formats])
    const tail = {
      cluster: frame.cluster,
      signal,
      deliver(line: TailLine): Promise<void> | undefined {
        if (!lineWanted(line.text)) return undefined
        counts.lines++
        if (summary !== null) return void summary.add(line)
        if (what.isIngress && what.whose(reader(line)) === 'others') return undefined
        return caller.write(fromOutside(line))
      },
      mark(mark: TailMark) {
        if (mark.kind === 'joined') counts.containers++
        if (mark.kind === 'gap' || mark.kind === 'unread') counts.gaps++
        caller.tell(fromOutside(mark))
      },
    }
    const read = ask.follow ? tailPods : readPods
    await Promise.all(what.asks.map((it) => read(it, tail)))
    if (counts.containers === 0 && !frame.interrupt.aborted) throw nothingFound(ask, frame.cluster)
    return { summary: summary === null ? null : fromOutside(summary.result()), ...counts }
  })
}

/** What a diagnosis that only reads is asked by. */
function readOnly(ask: LogsAsk): ClusterAsk & ProbeAsk {
  return {
    ...ask,
    probe: false,
    nodeAccess: false,
    image: '',
    probeName: 'example.com',
    timeout: 4 * ask.requestTimeout,
  }
}

function nothingFound({ target, namespace }: LogsAsk, cluster: Cluster): ToolError {
  return new ToolError(
    'not-found',
    `no container was found to read the log of${target === null ? '' : ` by \`${target}\``}`,
    `kubectl -n ${namespace ?? cluster.namespace} get pods --show-labels`,
  )
}

interface What {
  readonly asks: readonly TailAsk[]
  readonly formats: readonly LogFormat[]
  readonly isIngress: boolean
  readonly whose: (entry: LogEntry) => Whose
}

async function whatOf(frame: Frame, ask: LogsAsk): Promise<What> {
  const { cluster } = frame
  const namespace = ask.allNamespaces === true ? null : (ask.namespace ?? cluster.namespace)
  const container = ask.container === undefined ? null : patternOf(ask.container)
  const [noContainer, noPod] = [ask.excludeContainer ?? [], ask.excludePod ?? []].map((all) => all.map(patternOf))
  const isWanted = (pod: string, name: string): boolean =>
    (container === null || container.test(name)) &&
    noContainer?.some((it) => it.test(name)) !== true &&
    noPod?.some((it) => it.test(pod)) !== true
  const limits = {
    most: ask.maxLogRequests,
    ...(ask.tail === undefined ? {} : { tailLines: ask.tail }),
    ...(ask.since === undefined ? {} : { sinceSeconds: Math.max(1, Math.ceil(ask.since / 1000)) }),
  }
  if (/^(?:ing|ingress|ingresses)\//.test(ask.target ?? '')) {
    const { model } = await gather(frame, ask.target, readOnly(ask))
    const { ingress, controllers } = servedIn(model)
    const slices = model.sources.endpointSlices
    const isLike = likeThese(controllers)
    const wants: TailAsk['wants'] = (pod, name) => isWanted(pod.name, name) && isLike(pod, name)
    return {
      asks: [...new Set(controllers.map((it) => it.namespace))].map((it) => ({
        namespace: it,
        labelSelector: null,
        wants,
        ...limits,
      })),
      formats: await liveFormats(cluster, controllers),
      isIngress: true,
      whose: whoseLines(ingress, slices.known ? slices.value : []),
    }
  }
  const { labelSelector, pod } = await selectionOf(cluster, ask.target, namespace)
  const selectors = [labelSelector, ask.selector].filter((it) => typeof it === 'string')
  return {
    asks: [
      {
        namespace,
        labelSelector: selectors.length === 0 ? null : selectors.join(','),
        wants: (it, name) => (pod === null || pod.test(it.name)) && isWanted(it.name, name),
        ...limits,
      },
    ],
    formats: [],
    isIngress: false,
    whose: () => 'its',
  }
}

/** A pattern is not tried on more of a line than this: some take for ever. */
const longestTried = 16 * 1024

function linesWanted({ include = [], exclude = [] }: LogsAsk): (text: string) => boolean {
  const [wanted, unwanted] = [include.map(patternOf), exclude.map(patternOf)]
  if (wanted.length + unwanted.length === 0) return () => true
  return (text) => {
    const some = text.slice(0, longestTried)
    return (wanted.length === 0 || wanted.some((it) => it.test(some))) && !unwanted.some((it) => it.test(some))
  }
}

/** One reader for each container: each keeps to its format. */
function readerOf(formats: readonly LogFormat[]): (line: TailLine) => LogEntry {
  const readers = new Map<string, (line: string) => LogEntry>()
  return ({ place, text }) => {
    const key = `${place.uid} ${place.container}`
    let read = readers.get(key)
    if (read === undefined) readers.set(key, (read = accessReader(formats)))
    return read(text)
  }
}

function summaryFrom(
  formats: readonly LogFormat[],
  whose: (entry: LogEntry) => Whose,
): { readonly add: (line: TailLine) => void; readonly result: () => LogSummary } {
  const sums = summing()
  const read = readerOf(formats)
  return {
    add(line) {
      const entry = read(line)
      const its = entry.kind === 'other' ? 'its' : whose(entry)
      if (its === 'its') sums.add(entry)
      else if (entry.kind === 'request' && its === 'unknown') sums.addUnplaced(entry)
      else if (entry.kind === 'request') sums.passOver(entry)
    },
    result: sums.result,
  }
}
