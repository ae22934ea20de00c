import type { Answer, Lookup } from '../../../model/lookups.ts'
import { answerTo, type Question, type QueryType } from './message.ts'
import type { ResolverSpec } from '../spec.ts'

/** A socket to one server, bound and connected: one source port for all that is sent through it. */
export interface Line {
  readonly send: (bytes: Buffer) => void
  onMessage: (bytes: Buffer) => void
  /** The other side said that nobody is there: ICMP port unreachable, or a TCP reset. */
  onRefusal: () => void
  readonly close: () => void
}

export interface Exchange {
  readonly answers: ReadonlyMap<QueryType, Answer>
  readonly retries: number
  /** Questions whose first sending got no answer in the resolver's time. */
  readonly lost: ReadonlySet<QueryType>
}

/** How long an exchange may take, and who counts what is sent. */
export interface Waiting {
  readonly rules: ResolverSpec
  /** As performance.now() counts. */
  readonly deadline: number
  readonly sent: (queries: number) => void
  /** Nobody waits for it any more: it ends at once, as if it had been refused. */
  readonly stop?: AbortSignal
}

/**
 * Asks all of `questions` at the same moment and waits as a stub resolver does: silence for `timeoutMs` sends the
 * unanswered ones again, same socket, same ID (glibc resolv/res_send.c), `attempts` times in all and until `deadline`
 * (as performance.now() counts). A refusal ends it at once, as a connected socket of glibc's does.
 */
export function exchange(
  line: Line,
  questions: readonly Question[],
  { rules, deadline, sent, stop }: Waiting,
): Promise<Exchange> {
  return new Promise((resolve) => {
    const answers = new Map<QueryType, Answer>()
    const lost = new Set<QueryType>()
    let retries = 0
    let attempt = 0
    let timer: NodeJS.Timeout | undefined

    const open = (): Question[] => questions.filter((it) => !answers.has(it.type))
    const finish = (rest: Answer): void => {
      clearTimeout(timer)
      stop?.removeEventListener('abort', giveUp)
      line.onMessage = () => {}
      line.onRefusal = () => {}
      for (const it of open()) answers.set(it.type, rest)
      resolve({ answers, retries, lost })
    }
    const giveUp = (): void => finish('unreachable')
    const send = (): void => {
      attempt++
      const waiting = open()
      timer = setTimeout(onSilence, Math.max(0, Math.min(rules.timeoutMs, deadline - performance.now())))
      sent(waiting.length)
      for (const it of waiting) line.send(it.bytes)
    }
    const onSilence = (): void => {
      if (attempt === 1) for (const it of open()) lost.add(it.type)
      if (attempt >= rules.attempts || performance.now() >= deadline - 1) return finish('timeout')
      retries += open().length
      send()
    }
    line.onMessage = (bytes) => {
      const found = answerTo(open(), bytes)
      if (found === null) return
      answers.set(found.question.type, found.answer)
      if (open().length === 0) finish('timeout')
    }
    line.onRefusal = giveUp
    if (stop?.aborted === true) return giveUp()
    stop?.addEventListener('abort', giveUp)
    send()
  })
}

export function firstLost(lost: ReadonlySet<QueryType>): Lookup['firstLost'] {
  if (lost.has('A')) return lost.has('AAAA') ? 'both' : 'a'
  return lost.has('AAAA') ? 'aaaa' : 'none'
}
