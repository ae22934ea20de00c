// The tests of one file, taken up as vitest takes them up, and run one by one: a mutant is asked only of the tests that
// come by its place, and of no further one after the first that fails. `expect` and `vi` are vitest's own.
import * as vitest from 'vitest'

export interface Test {
  readonly name: string
  readonly run: () => Promise<void>
}

type Body = (...args: never[]) => unknown
type Hook = () => unknown

interface Group {
  readonly outer: Group | null
  readonly before: Hook[]
  readonly after: Hook[]
  readonly first: Hook[]
  readonly last: Hook[]
  begun: boolean
}

class Skipped extends Error {}

/** What a test file gets for 'vitest', the tests that it declares, and what it wants done after the last. */
export function suite(): { vitest: object; collected: readonly Test[]; close: () => Promise<void> } {
  const collected: Test[] = []
  const groups: Group[] = []
  const begin = (outer: Group | null): Group => {
    const group = { outer, before: [], after: [], first: [], last: [], begun: false }
    groups.push(group)
    return group
  }
  let group = begin(null)

  const declare = (name: string, body: Body, args: readonly unknown[]): void => {
    const own = group
    collected.push({ name: `${collected.length} ${name}`, run: () => runTest(own, body, args) })
  }
  const within = (body: Body, args: readonly unknown[]): void => {
    const outer = group
    group = begin(outer)
    try {
      body(...(args as never[]))
    } finally {
      group = outer
    }
  }
  const of = (take: (name: string, body: Body, args: readonly unknown[]) => void) => {
    // The options, or a limit of time, may stand before the body or after it.
    const one = (name: unknown, ...rest: readonly unknown[]): void =>
      take(String(name), rest.find((it) => typeof it === 'function') as Body, [])
    const never = (): void => undefined
    const each =
      (table: readonly unknown[]) =>
      (name: unknown, ...rest: readonly unknown[]): void => {
        const body = rest.find((it) => typeof it === 'function') as Body
        for (const row of table) take(String(name), body, Array.isArray(row) ? row : [row])
      }
    const all = { each, for: each, skip: Object.assign(never, { each: () => never }), todo: never }
    return Object.assign(one, all, {
      concurrent: Object.assign(one, { each }),
      sequential: Object.assign(one, { each }),
      skipIf: (no: unknown) => (no ? never : one),
      runIf: (yes: unknown) => (yes ? one : never),
    })
  }

  const test = of(declare)
  const shim = {
    ...vitest,
    test,
    it: test,
    describe: of((_, body, args) => within(body, args)),
    beforeEach: (hook: Hook) => void group.before.push(hook),
    afterEach: (hook: Hook) => void group.after.unshift(hook),
    beforeAll: (hook: Hook) => void group.first.push(hook),
    afterAll: (hook: Hook) => void group.last.unshift(hook),
  }
  const close = async (): Promise<void> => {
    for (const it of groups.toReversed()) if (it.begun) for (const hook of it.last) await hook()
  }
  return { vitest: shim, collected, close }
}

async function runTest(group: Group, body: Body, args: readonly unknown[]): Promise<void> {
  const around: Group[] = []
  for (let at: Group | null = group; at !== null; at = at.outer) around.unshift(at)
  for (const it of around) {
    if (it.begun) continue
    it.begun = true
    for (const hook of it.first) await hook()
  }
  const finished: Hook[] = []
  const context = {
    skip: (no: unknown = true): void => {
      if (no !== false) throw new Skipped()
    },
    expect: vitest.expect,
    signal: new AbortController().signal,
    onTestFinished: (hook: Hook) => void finished.push(hook),
    onTestFailed: (): void => undefined,
  }
  try {
    for (const it of around) for (const hook of it.before) await hook()
    await body(...([...args, context] as never[]))
  } catch (error) {
    if (!(error instanceof Skipped)) throw error
  } finally {
    for (const hook of finished) await hook()
    for (const it of around.toReversed()) for (const hook of it.after) await hook()
  }
}
