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
 * What was handed on of one container's log, so that a connection that broke is taken up again without a line lost or
 * repeated. The API server is asked by whole seconds (`sinceTime`), and answers with all lines of the log since then:
 * those that were handed on already are told by their time and text, each as often as it came. Times alone would not
 * do: a container's two outputs are written by two threads, so that a line may bear an earlier time than the one
 * before it.
 */
export interface Resume {
  /** From which time on to ask; null: nothing came yet. */
  readonly since: () => string | null
  /** An answer begins, with everything since `since`. */
  readonly begin: () => void
  /** Whether this line is to be handed on. */
  readonly take: (at: LogTime | null, text: string) => boolean
  /** A line of this time was handed on that no later answer will have. */
  readonly advance: (at: LogTime | null) => void
  /** Of what the answer had to begin with, how many lines did not come again: the log was rotated. */
  readonly missing: () => number
  /** Whether this line is one of them. */
  readonly isMissing: (at: LogTime | null, text: string) => boolean
  /** The time of the last line; null: nothing came yet. */
  readonly last: () => LogTime | null
  /** What stands now, for an answer about the same time that comes later. */
  readonly copy: () => Resume
  /** From now on answers are of another run: what came before this answer, or all of it, will not come again. */
  readonly forget: (what: 'before-this-answer' | 'all') => void
}

type Counts = Map<number, number>

interface State {
  last: LogTime | null
  /** By second: how often each line came. */
  recent: Map<number, Counts>
  /** Of those, what this answer had. */
  ofAnswer: Map<number, Counts>
  expected: Map<number, Counts>
}

export function resuming(): Resume {
  return over({ last: null, recent: new Map(), ofAnswer: new Map(), expected: new Map() })
}

function over(state: State): Resume {
  return {
    since: () => (state.last === null ? null : new Date((state.last.second - 1) * 1000).toISOString()),
    begin() {
      state.expected = clone(state.recent)
      state.ofAnswer = new Map()
    },
    take(at, text) {
      const time = at ?? state.last ?? { second: 0, nanos: 0 }
      const key = hashOf(text, time.nanos)
      const due = state.expected.get(time.second)
      const left = due?.get(key) ?? 0
      if (due !== undefined && left > 0) {
        if (left === 1) due.delete(key)
        else due.set(key, left - 1)
        add(state.ofAnswer, time.second, key)
        return false
      }
      remember(state, time, key)
      return true
    },
    advance(at) {
      if (at !== null && isAfter(at, state.last)) state.last = at
    },
    missing: () => [...state.expected.values()].reduce((sum, it) => sum + total(it), 0),
    isMissing: (at, text) => at !== null && (state.expected.get(at.second)?.get(hashOf(text, at.nanos)) ?? 0) > 0,
    last: () => state.last,
    copy: () =>
      over({
        last: state.last,
        recent: clone(state.recent),
        ofAnswer: clone(state.ofAnswer),
        expected: clone(state.expected),
      }),
    forget(what) {
      state.recent = what === 'all' ? new Map() : clone(state.ofAnswer)
      state.expected = new Map()
    },
  }
}

function isAfter(at: LogTime, other: LogTime | null): boolean {
  return other === null || at.second > other.second || (at.second === other.second && at.nanos > other.nanos)
}

function remember(state: State, time: LogTime, key: number): void {
  const { last, recent, ofAnswer } = state
  if (isAfter(time, last)) {
    state.last = time
    // What is older than what would be asked for again is of no use.
    if (last === null || time.second > last.second)
      for (const counts of [recent, ofAnswer])
        for (const second of counts.keys()) if (second < time.second - 1) counts.delete(second)
  }
  if (time.second < (state.last?.second ?? 0) - 1) return
  add(recent, time.second, key)
  add(ofAnswer, time.second, key)
}

function add(to: Map<number, Counts>, second: number, key: number): void {
  const counts = to.get(second)
  if (counts === undefined) to.set(second, new Map([[key, 1]]))
  else counts.set(key, (counts.get(key) ?? 0) + 1)
}

function clone(of: ReadonlyMap<number, Counts>): Map<number, Counts> {
  return new Map([...of].map(([second, counts]) => [second, new Map(counts)]))
}

function total(counts: Counts): number {
  let sum = 0
  for (const it of counts.values()) sum += it
  return sum
}

/** cyrb53 (bryc, public domain): 53 bits, so that of a million lines in two seconds no two fall together by chance. */
function hashOf(text: string, seed: number): number {
  let one = 0xdeadbeef ^ seed
  let two = 0x41c6ce57 ^ seed
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    one = Math.imul(one ^ code, 2654435761)
    two = Math.imul(two ^ code, 1597334677)
  }
  one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(two ^ (two >>> 13), 3266489909)
  two = Math.imul(two ^ (two >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909)
  return 4294967296 * (2097151 & two) + (one >>> 0)
}
