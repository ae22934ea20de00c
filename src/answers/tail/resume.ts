/** When a line was written, by the node that it was written on. */
export interface LogTime {
  /** Seconds since 1970. */
  readonly second: number
  readonly nanos: number
}

const form = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/

let lastText = ''
let lastSecond = 0

/** The time that the kubelet puts before each line, RFC 3339 with nanoseconds; null for what is none. */
function logTimeOf(text: string): LogTime | null {
  if (text.length > 40) return null
  const [, whole = '', fraction = '0', zone = ''] = form.exec(text) ?? []
  if (whole === '') return null
  const key = whole + zone
  if (key !== lastText) {
    const ms = Date.parse(key)
    if (Number.isNaN(ms)) return null
    lastSecond = ms / 1000
    lastText = key
  }
  return { second: lastSecond, nanos: Number(fraction.padEnd(9, '0')) }
}

/** A line as the API server gives it with `timestamps=true`: its time, and what was written. */
export function timedLine(raw: string): { readonly at: LogTime | null; readonly time: string; readonly text: string } {
  const blank = raw.indexOf(' ')
  const time = blank === -1 ? raw : raw.slice(0, blank)
  const at = logTimeOf(time)
  if (at === null) return { at, time: '', text: raw }
  return { at, time, text: blank === -1 ? '' : raw.slice(blank + 1) }
}

/**
 * What was handed on of one container's logs, so that whatever is read again, by the log of this run or that of the run
 * before, is handed on once. The API server is asked by whole seconds (`sinceTime`), and answers with all lines since
 * then: those that were handed on already are told by their time and text, each as often as it came. Times alone would
 * not do: a container's two outputs are written by two threads, so that a line may bear an earlier time than the one
 * before it. Runs need not be told apart for this: time goes on from one to the next.
 */
export interface Resume {
  /** From which time on to ask; null: nothing came yet. */
  readonly since: () => string | null
  /** An answer is asked for, with everything since `since`. What it may hold again is kept until its end. */
  readonly begin: () => AnswerLines
  /** The time of the last line; null: nothing came yet. */
  readonly last: () => LogTime | null
}

export interface AnswerLines {
  /** Whether this line, the next one, was handed on before. */
  readonly isKnown: (at: LogTime | null, text: string) => boolean
  /** Whether this line, the next one, is to be handed on. */
  readonly take: (at: LogTime | null, text: string) => boolean
  /** It had a line that was handed on before: it goes on where that one stands. */
  readonly isJoined: () => boolean
  readonly end: () => void
}

type Counts = Map<number, number>
type BySecond = Map<number, Counts>

export function resuming(): Resume {
  let last: LogTime | null = null
  /** How often each line came, by second, from `floor` on. */
  const seen: BySecond = new Map()
  /** From which second on each open answer may have lines again. */
  const open = new Map<object, { from: number; readonly counts: BySecond }>()

  /** What is older than what would be asked for again is of no use, but to who asked before. */
  function floor(): number | null {
    if (last === null) return null
    let least = last.second - 1
    for (const { from } of open.values()) if (from < least) least = from
    return least
  }

  function prune(): void {
    const least = floor() ?? 0
    for (const counts of [seen, ...[...open.values()].map((it) => it.counts)])
      for (const second of counts.keys()) if (second < least) counts.delete(second)
  }

  function begin(): AnswerLines {
    const self = { from: floor() ?? 0, counts: new Map() as BySecond }
    let isJoined = false
    open.set(self, self)
    const where = (at: LogTime | null, text: string): { readonly second: number; readonly key: number } => {
      const { second, nanos } = at ?? last ?? { second: 0, nanos: 0 }
      return { second, key: hashOf(text, nanos) }
    }
    const countOf = (counts: BySecond, second: number, key: number): number => counts.get(second)?.get(key) ?? 0
    return {
      isKnown(at, text) {
        const { second, key } = where(at, text)
        return countOf(self.counts, second, key) < countOf(seen, second, key)
      },
      take(at, text) {
        const { second, key } = where(at, text)
        const nth = countOf(self.counts, second, key) + 1
        const isKnown = nth <= countOf(seen, second, key)
        isJoined ||= isKnown
        put(self.counts, { second, key, count: nth })
        if (!isKnown) put(seen, { second, key, count: nth })
        const isNewSecond = second > (last?.second ?? -1)
        if (at !== null && isAfter(at, last)) last = at
        if (second - 1 > self.from) self.from = second - 1
        if (isNewSecond) prune()
        return !isKnown
      },
      isJoined: () => isJoined,
      end() {
        open.delete(self)
        prune()
      },
    }
  }

  return {
    since() {
      const from = floor()
      return from === null ? null : new Date(from * 1000).toISOString()
    },
    begin,
    last: () => last,
  }
}

function isAfter(at: LogTime, other: LogTime | null): boolean {
  return other === null || at.second > other.second || (at.second === other.second && at.nanos > other.nanos)
}

function put(
  to: BySecond,
  { second, key, count }: { readonly second: number; readonly key: number; readonly count: number },
): void {
  const counts = to.get(second)
  if (counts === undefined) to.set(second, new Map([[key, count]]))
  else counts.set(key, count)
}

/**
 * cyrb53 (bryc, public domain): 53 bits, so that of a million lines in two seconds no two fall together by chance. Its
 * seed is only XORed with the first character, so that `1` at 0 ns and `3` at 2 ns would be one: the nanoseconds go in
 * as characters of their own.
 */
function hashOf(text: string, nanos: number): number {
  let one = 0xdeadbeef
  let two = 0x41c6ce57
  const take = (code: number): void => {
    one = Math.imul(one ^ code, 2654435761)
    two = Math.imul(two ^ code, 1597334677)
  }
  take(nanos & 0xffff)
  take(nanos >>> 16)
  for (let at = 0; at < text.length; at++) take(text.charCodeAt(at))
  one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(two ^ (two >>> 13), 3266489909)
  two = Math.imul(two ^ (two >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909)
  return 4294967296 * (2097151 & two) + (one >>> 0)
}
