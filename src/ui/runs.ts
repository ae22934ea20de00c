import { join } from 'node:path'
import { noRun } from '../report/diagnosis/json.ts'
import type { Answer } from '../report/formats/answer.ts'
import { runAnswer } from '../report/formats/run-answer.ts'
import { keptRuns } from '../session/keep-run.ts'
import { reportFile } from '../session/report.ts'
import { ToolError } from '../tool-error.ts'

/** A run that can be opened: a file of the state folder, or the one that the page was started with. */
export interface Run {
  readonly id: string
  readonly words: string
  /** The namespace in the name of its file, `all` for every one; null: it has no such name. */
  readonly of: string | null
}

export interface Runs {
  readonly list: () => Promise<readonly Run[]>
  /** null: there is no such run. `since`: the run that it is compared with. */
  readonly answer: (id: string, since: string | null) => Promise<Answer | null>
  /** What is known of a run that was just kept, so that its file need not be read again. */
  readonly put: (id: string, answer: Answer) => void
}

/** The file that the command line named has no name of ours. */
export const openedId = 'opened'

/** A diagnosis of a large cluster is large. */
const mostHeld = 4
/** One is read at a time; that many may wait for it. */
const mostWaiting = 8

/** Runs by id. An id is looked for in the list of what is there, so none is a path. */
export function runsIn(folder: string, opened: string | null): Runs {
  const held = new Map<string, Answer>()
  let [last, waiting]: [Promise<unknown>, number] = [Promise.resolve(), 0]

  const put = (key: string, answer: Answer): void => {
    held.delete(key)
    held.set(key, answer)
    const [oldest] = held.keys()
    if (held.size > mostHeld && oldest !== undefined) held.delete(oldest)
  }
  const files = async (): Promise<ReadonlyMap<string, string>> => {
    const kept = (await keptRuns(folder)).map((it) => [it.replace(/\.hops$/, ''), join(folder, it)] as const)
    return new Map([...(opened === null ? [] : [[openedId, opened] as const]), ...kept])
  }
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    if (waiting >= mostWaiting) throw new ToolError('usage', 'too many runs are opened at once', 'wait for them')
    waiting++
    const next = last.then(work, work).finally(() => waiting--)
    last = next.catch(() => undefined)
    return next
  }

  return {
    async list() {
      return [...(await files()).keys()].map((id) => ({ id, words: wordsOf(id, opened), of: partsOf(id)?.of ?? null }))
    },
    async answer(id, since) {
      const there = await files()
      const [from, baseline] = [there.get(id), since === null ? undefined : there.get(since)]
      if (from === undefined || (since !== null && baseline === undefined)) return null
      const key = JSON.stringify([id, since])
      return inTurn(async () => {
        const answer = held.get(key) ?? (await read(from, baseline))
        put(key, answer)
        return answer
      })
    },
    put: (id, answer) => put(JSON.stringify([id, null]), answer),
  }
}

async function read(from: string, baseline: string | undefined): Promise<Answer> {
  const { diagnosis, trace, t0, beside } = await reportFile({
    from,
    ...(baseline === undefined ? {} : { baseline }),
  })
  return runAnswer(diagnosis, trace, { ...noRun, ...beside, started: t0.toISOString() })
}

/** `2026-11-28T042545-shop`: when, by UTC, and what of. */
function partsOf(id: string): { readonly when: string; readonly of: string } | null {
  const [, day, h, m, s, of = ''] = /^(\d{4}-\d{2}-\d{2})T(\d{2})(\d{2})(\d{2})-(.+)$/.exec(id) ?? []
  return day === undefined ? null : { when: `${day} ${h}:${m}:${s} UTC`, of }
}

function wordsOf(id: string, opened: string | null): string {
  const parts = partsOf(id)
  if (parts === null) return opened ?? id
  return `${parts.when}, ${parts.of === 'all' ? 'every namespace' : parts.of}`
}
