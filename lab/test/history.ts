// What became of each case the last time it was tried: the table of docs/benchmark.md, from which a run knows how long
// a case takes and what it need not try today. A table that is not there, or not understood, is an empty one.
export interface Past {
  readonly name: string
  /** The last commit with which it passed; null = never, as far as is written. */
  readonly passedAt: string | null
  readonly triedAt: string
  /** yyyy-mm-dd */
  readonly on: string
  readonly seconds: number
  readonly verdict: Verdict
}

export type Verdict = 'passed' | 'failed' | 'not tried here'
export type History = ReadonlyMap<string, Past>

const verdicts: readonly Verdict[] = ['passed', 'failed', 'not tried here']
const head = ['| case | last passed with | last tried with | on | seconds | verdict |', '|---|---|---|---|---:|---|']

export function historyLines(history: History): readonly string[] {
  const rows = [...history.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return [
    ...head,
    ...rows.map(
      (it) =>
        `| ${it.name} | ${it.passedAt ?? '-'} | ${it.triedAt} | ${it.on} | ${it.seconds.toFixed(0)} | ${it.verdict} |`,
    ),
  ]
}

export function historyOf(page: string): History {
  return new Map(
    page.split('\n').flatMap((line) => {
      const past = pastOf(line)
      return past === null ? [] : [[past.name, past] as const]
    }),
  )
}

function pastOf(line: string): Past | null {
  const cells = line
    .split('|')
    .slice(1, -1)
    .map((it) => it.trim())
  const [name, passedAt, triedAt, on, seconds, said] = cells
  const verdict = verdicts.find((it) => it === said)
  if (cells.length !== 6 || name === undefined || triedAt === undefined || verdict === undefined) return null
  if (on === undefined || !/^\d{4}-\d\d-\d\d$/.test(on) || !/^\d+$/.test(seconds ?? '')) return null
  return {
    name,
    passedAt: passedAt === '-' ? null : (passedAt ?? null),
    triedAt,
    on,
    seconds: Number(seconds),
    verdict,
  }
}

/** A case that failed keeps the commit with which it passed; one that no longer exists is forgotten. */
export function merged(history: History, now: readonly Past[], names: ReadonlySet<string>): History {
  const all = new Map(history)
  for (const it of now) all.set(it.name, { ...it, passedAt: it.passedAt ?? history.get(it.name)?.passedAt ?? null })
  return new Map([...all].filter(([name]) => names.has(name)))
}

/** The rest of a run in words: who was not tried, and when each of them last passed. */
export function untried(left: readonly string[], history: History): string {
  if (left.length === 0) return ''
  const by = Map.groupBy(left, (name) => history.get(name)?.passedAt ?? null)
  const never = by.get(null) ?? []
  by.delete(null)
  const parts = [...by].map(
    ([commit, names]) =>
      `${names.length === left.length ? 'the others' : `${names.length} others`} last passed at ${commit}`,
  )
  return [...parts, ...(never.length === 0 ? [] : [`${never.length} with no pass on record`])].join('; ')
}
