import type { Answer } from '../report/formats/answer.ts'
import { asCalled, type Call } from '../report/called.ts'
import { visible } from '../report/visible.ts'
import type { Caller, SessionEvent } from '../session/events.ts'
import type { Ended } from '../session/with-cluster.ts'
import { ToolError } from '../tool-error.ts'
import { redactText } from '../wire/secrets.ts'

/** What a page is told of a run, in order. `ask`: it waits for a yes; `end`: there is a page of it now. */
export interface Told {
  readonly id: number
  readonly kind: 'step' | 'announce' | 'ask' | 'agreed' | 'left' | 'end'
  readonly line: string
}

/** What came out. `kept`: the id of its file. */
export type Outcome =
  | {
      readonly kind: 'answer'
      readonly answer: Answer
      readonly kept: string | null
      /** Why it has no file, though one was wanted. */
      readonly unkept?: string | null
      /** The time was up before everything was read or measured. */
      readonly isLate: boolean
    }
  | { readonly kind: 'refused'; readonly message: string; readonly hint: string | null }
  | { readonly kind: 'stopped'; readonly why: string }

/** A run that goes on, and who looks at it. */
export interface Live {
  readonly id: string
  /** The command that would do the same. */
  readonly command: string
  /** The form that it was asked for with, as a query. */
  readonly form: string
  readonly outcome: () => Outcome | null
  readonly isAsking: () => boolean
  /** All so far, of steps the last one. */
  readonly told: () => readonly Told[]
  /** Hands over what came behind `after`, then each as it comes. Returns how to stop listening. */
  readonly listen: (after: number, to: (it: Told) => void) => () => void
  /** Somebody got the page, who may have no script to listen with. */
  readonly seen: () => void
  readonly agree: (yes: boolean) => void
  readonly stop: (why: string) => void
  readonly over: Promise<void>
}

/** How a run is done: a use-case of src/session, and what becomes of its value. */
export type Work = (caller: Caller) => Promise<Ended<Extract<Outcome, { kind: 'answer' }>>>

export interface Times {
  /** So long nobody may look before a run is stopped: a closed tab must not go on probing. */
  readonly awayMs: number
  /** So long an announced probe waits for a yes. */
  readonly consentMs: number
}

export const usualTimes: Times = { awayMs: 30_000, consentMs: 300_000 }

/** More is no run that anybody follows line by line. */
const mostTold = 2000

export interface LiveAsk {
  readonly id: string
  readonly command: string
  readonly form: string
  readonly call: Call
  readonly times: Times
  /** What was done to the cluster, for whoever started the page. */
  readonly audit: (line: string) => void
}

/** Begins. It ends with its answer, when it is stopped, and when nobody looks any more. */
export function live({ id, command, form, call, times, audit }: LiveAsk, work: Work): Live {
  const stopped = new AbortController()
  const listeners = new Set<(it: Told) => void>()
  let [told, count]: [Told[], number] = [[], 0]
  let outcome: Outcome | null = null
  let why = ''
  let answer: ((yes: boolean) => void) | null = null
  let away: NodeJS.Timeout | null = null

  const say = (kind: Told['kind'], text: string): void => {
    const it = { id: ++count, kind, line: asCalled(visible(redactText(text)), call) }
    if (kind === 'announce' || kind === 'left') audit(it.line)
    told = [...told.filter((one) => one.kind !== 'step' || kind !== 'step'), it].slice(-mostTold)
    for (const to of listeners) to(it)
  }
  const tell = (event: SessionEvent): void => {
    if (event.kind !== 'left') return say(event.kind, event.line)
    for (const it of event.what) say('left', `NOT removed: ${it}; hopscope cleanup`)
  }
  const stop = (because: string): void => {
    if (outcome !== null || stopped.signal.aborted) return
    why = because
    stopped.abort(new Error('interrupted'))
  }
  const seen = (): void => {
    if (away !== null) clearTimeout(away)
    away = null
    if (listeners.size > 0 || outcome !== null) return
    away = setTimeout(() => stop('nobody looked at its page any more'), times.awayMs)
  }
  const consent = (signal: AbortSignal): Promise<boolean> =>
    new Promise((resolve) => {
      const late = setTimeout(() => answer?.(false), times.consentMs)
      const settle = (yes: boolean): void => {
        answer = null
        clearTimeout(late)
        signal.removeEventListener('abort', no)
        if (!signal.aborted) say('agreed', yes ? 'agreed to' : 'not agreed to: it ends with what reading told')
        resolve(yes)
      }
      const no = (): void => settle(false)
      answer = settle
      signal.addEventListener('abort', no, { once: true })
      if (signal.aborted) return no()
      say('ask', 'nothing of this is begun before you agree')
    })

  const end = (it: Outcome): void => {
    outcome = it
    if (away !== null) clearTimeout(away)
    say('end', it.kind === 'stopped' ? `stopped: ${it.why}` : '')
  }
  seen()
  return {
    id,
    command,
    form,
    outcome: () => outcome,
    isAsking: () => answer !== null,
    told: () => told,
    listen(after, to) {
      for (const it of told.filter((one) => one.id > after)) to(it)
      listeners.add(to)
      seen()
      return () => {
        listeners.delete(to)
        seen()
      }
    },
    seen,
    agree: (yes) => answer?.(yes),
    stop,
    over: ended(work, { signal: stopped.signal, tell, consent }, () => why).then(end),
  }
}

async function ended(work: Work, caller: Caller, why: () => string): Promise<Outcome> {
  try {
    const it = await work(caller)
    if (it.kind === 'done') return it.value
    const left = it.left.length === 0 ? '' : `; NOT removed: ${it.left.join(', ')}; hopscope cleanup`
    return { kind: 'stopped', why: `${why()}${left}` }
  } catch (error) {
    if (error instanceof ToolError) return { kind: 'refused', message: error.message, hint: error.hint }
    return {
      kind: 'refused',
      message: `hopscope failed: ${error instanceof Error ? error.message : String(error)}`,
      hint: 'this is a bug; please report it with this line',
    }
  }
}
