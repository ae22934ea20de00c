import { chosenTargets, selectorOf } from '../collect/chosen.ts'
import { recordedNames } from '../collect/recorded-names.ts'
import { type Names, resolveTarget, type ResolvedTarget, typedAs } from '../collect/target.ts'
import { diagnose } from '../engine.ts'
import type { Model, Scope } from '../model/sources.ts'
import { subjectKey } from '../model/subject.ts'
import { ToolError } from '../tool-error.ts'
import { fromOutside } from '../wire/outside.ts'
import type { ClusterAsk, ProbeAsk } from './asks.ts'
import { besideOf } from './baseline.ts'
import type { Caller } from './events.ts'
import { gather } from './gather.ts'
import { type Keep, keeper } from './keep-run.ts'
import { namespaceAsked, narrowedTo, type Narrower } from './narrowed.ts'
import { openRecording } from './open-recording.ts'
import { type PacketsAsk, packetsOf, withPackets } from './packets.ts'
import { type ChecksAsk, type ChecksAsked, checksOf, type Diagnosed } from './select.ts'
import { type Ended, withCluster } from './with-cluster.ts'

/** Which targets: each by its own words, or of the kinds in `targets` those that bear the labels of `selector`. */
export interface Chosen {
  readonly targets: readonly string[]
  readonly selector?: string
}

/** One of several, as it would have been answered alone. */
export interface OneOfSeveral extends Diagnosed {
  /** As it may be typed: `svc/cart`; with its namespace where several were read: `svc/cart -n shop`. */
  readonly target: string
}

export interface Several {
  /** What was read, once for all of them. */
  readonly whole: Model
  readonly each: readonly OneOfSeveral[]
}

export interface SeveralLive extends Several {
  readonly keep: Keep
  readonly touched: string
  readonly seconds: number
  readonly isLate: boolean
}

export interface SeveralInFile extends Several {
  readonly t0: Date
  readonly taken: string | null
}

type SeveralAsk = Chosen & ClusterAsk & ProbeAsk & ChecksAsk & PacketsAsk & { readonly keepIn: string | null }

/**
 * Reads the cluster once, measures once when asked to, and judges each target by itself. What is named wrongly, one of
 * several too, is said before anything is read.
 */
export async function diagnoseSeveral(ask: SeveralAsk, caller: Caller): Promise<Ended<SeveralLive>> {
  const how = checksOf(ask)
  checkSeveral(ask)
  const packets = await packetsOf(ask)
  const began = performance.now()
  return withCluster(ask, caller, async (frame) => {
    let resolved: readonly ResolvedTarget[] = []
    const meant = async (names: Names, namespace: string | null): Promise<Omit<Scope, 'level'>> => {
      resolved = await meaning(ask, names, namespace)
      const of = new Set(resolved.map((it) => it.namespace))
      return { target: { kind: 'everything' }, namespace: of.size === 1 ? ([...of][0] ?? null) : null }
    }
    const { model: read, touched, isLate } = await gather(frame, meant, { ...ask, traces: true })
    const model = withPackets(read, packets)
    const each = await judged(model, resolved, { from: 'this run', ask, how, signal: caller.signal })
    const seconds = (performance.now() - began) / 1000
    return { whole: model, each, keep: keeper(model, ask.keepIn), touched, seconds, isLate }
  })
}

/** The same of a recording. */
export async function diagnoseSeveralInFile(
  ask: Chosen & ChecksAsk & Narrower & PacketsAsk & Pick<ProbeAsk, 'lb'>,
): Promise<SeveralInFile> {
  const how = checksOf(ask)
  checkSeveral(ask)
  const packets = await packetsOf(ask)
  const { model: read, t0, taken } = await openRecording(ask.from, ask.namespace)
  const model = withPackets(read, packets)
  const resolved = await meaning(ask, recordedNames(model), namespaceAsked(model, ask))
  return { whole: model, each: await judged(model, resolved, { from: ask.from, ask, how }), t0, taken }
}

/** What is for one target alone is said before anything is asked. */
function checkSeveral(ask: Chosen & ChecksAsk & Pick<ProbeAsk, 'lb' | 'probe' | 'nodeAccess'>): void {
  const alone = (what: string): ToolError =>
    new ToolError('usage', `${what} is for one target, and several are named`, 'name one of them: a run for each')
  if (ask.selector !== undefined) selectorOf(ask.selector)
  if (ask.baseline !== undefined) throw alone('--baseline')
  if (ask.lb !== undefined) throw alone('--lb')
  const measures = ask.probe === true || ask.nodeAccess === true
  if (measures && ask.targets.some((it) => /^https?:/i.test(it))) throw alone('a URL that is asked with --probe')
}

async function meaning(
  { targets, selector }: Chosen,
  names: Names,
  namespace: string | null,
): Promise<readonly ResolvedTarget[]> {
  if (selector !== undefined) return chosenTargets({ kinds: targets, selector }, names, namespace)
  const all: ResolvedTarget[] = []
  for (const it of targets) all.push(await resolveTarget(it, names, namespace))
  return [...new Map(all.map((it) => [keyOf(it), it])).values()]
}

function keyOf({ target, serviceUrl, namespace }: ResolvedTarget): string {
  const object = target.kind === 'object' ? [subjectKey(target.object), target.url] : []
  return JSON.stringify([target.kind, ...object, serviceUrl, namespace])
}

interface Judging {
  readonly from: string
  readonly ask: ChecksAsk
  readonly how: ChecksAsked
  readonly signal?: AbortSignal
}

async function judged(
  whole: Model,
  resolved: readonly ResolvedTarget[],
  { from, ask, how, signal }: Judging,
): Promise<readonly OneOfSeveral[]> {
  const isOfOne = new Set(resolved.map((it) => it.namespace)).size === 1
  const all: OneOfSeveral[] = []
  for (const it of fromOutside(resolved)) {
    const target = wordsOf(it, isOfOne)
    const { shown: model, judged: seen, within } = narrowedTo(whole, it, { from, target })
    const diagnosis = { ...diagnose(seen, { ...how, ...(within === null ? {} : { within }) }), model }
    all.push({ target, model, diagnosis, beside: await besideOf(ask, how, diagnosis) })
    // Ctrl-C is heard between two of them.
    await new Promise((next) => setImmediate(next))
    signal?.throwIfAborted()
  }
  return all
}

function wordsOf({ target, serviceUrl, namespace }: ResolvedTarget, isOfOne: boolean): string {
  if (target.kind !== 'object') return 'dns'
  const url = serviceUrl ?? target.url
  if (url !== null) return url
  return `${typedAs(target.object)}${isOfOne || namespace === null ? '' : ` -n ${namespace}`}`
}
