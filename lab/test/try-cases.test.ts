import { expect, test } from 'vitest'
import type { Lab } from '../lab.ts'
import type { Group } from './cases.ts'
import type { Result } from './result.ts'
import { pastOf, type Trial, tryCases } from './try-cases.ts'

const result = (name: string, passed: boolean): Result => ({
  group: 'g',
  name,
  expected: 'yes',
  got: passed ? 'yes' : 'no',
  seconds: 1,
  passed,
  detail: '',
})

interface Tried {
  readonly log: readonly string[]
  readonly trials: readonly Trial[]
}

interface Asked {
  readonly must?: readonly Group[]
  readonly rest: readonly Group[]
  readonly budget: number
  readonly end?: number
}

/** Cases that take as long as they guess, on a clock that only they move. */
async function run(
  asked: (group: (name: string, more?: Partial<Group>, passes?: readonly boolean[]) => Group) => Asked,
): Promise<Tried> {
  let now = 0
  const log: string[] = []
  const trials: Trial[] = []
  const group = (name: string, more: Partial<Group> = {}, passes: readonly boolean[] = [true]): Group => {
    const left = [...passes]
    const it: Group = {
      name,
      rank: 'turn',
      family: null,
      reach: { kind: 'cluster' },
      own: [],
      shared: [],
      tries: 'twice',
      guess: 100,
      run: () => {
        log.push(name)
        now += it.guess
        return left.length === 0
          ? Promise.reject(new Error('broken'))
          : Promise.resolve([result(name, left.shift() ?? false)])
      },
      ...more,
    }
    return it
  }
  const { must = [], rest, budget, end = Infinity } = asked(group)
  await tryCases({
    lab: {} as Lab,
    order: { must, rest },
    usual: (it) => (it as Group).guess,
    clock: { forCases: () => budget - now, forAll: () => end - now },
    tell: () => {},
    starts: () => {},
    ended: (more) => Promise.resolve(void trials.push(...more)),
  })
  return { log, trials }
}

test('in their order, until the next would not end in time; those that measure last, with their time kept', async () => {
  const { log } = await run((group) => ({
    must: [group('safety')],
    rest: [
      group('a'),
      group('measure', { rank: 'last', guess: 300 }),
      group('b'),
      group('too long', { guess: 900 }),
      group('c'),
    ],
    budget: 700,
  }))
  expect(log).toEqual(['safety', 'a', 'b', 'c', 'measure'])
})

test('one that measures and had no time kept is tried where the others were quicker than usual', async () => {
  const { log } = await run((group) => {
    const quick = group('quick', { guess: 500 })
    return {
      rest: [
        { ...quick, run: () => Promise.resolve([result('quick', true)]) },
        group('measure', { rank: 'last', guess: 300 }),
      ],
      budget: 600,
    }
  })
  expect(log).toEqual(['measure'])
})

test('what must be tried is, when a build ate the time for the others', async () => {
  const { log } = await run((group) => ({ must: [group('safety')], rest: [group('a')], budget: -60, end: 300 }))
  expect(log).toEqual(['safety'])
})

test('nothing starts that would not end before the end of all', async () => {
  expect((await run((group) => ({ must: [group('safety')], rest: [], budget: 0, end: 50 }))).log).toEqual([])
})

test('a group that failed is tried twice, but for safety, and while there is time', async () => {
  const { log, trials } = await run((group) => ({
    must: [group('safety', { tries: 'once' }, [false])],
    rest: [group('late', {}, [false, true]), group('wrong', {}, [false, false])],
    budget: 1000,
  }))
  expect(log).toEqual(['safety', 'late', 'late', 'wrong', 'wrong'])
  expect(trials.map((it) => `${it.it.name} ${pastOf(it, '0123456789abcdef', '2026-01-02').verdict}`)).toEqual([
    'safety failed',
    'late passed',
    'wrong failed',
  ])
  expect((await run((group) => ({ rest: [group('late', {}, [false, true])], budget: 100, end: 150 }))).log).toEqual([
    'late',
  ])
})

test('a case that throws has failed, and the others go on', async () => {
  const { trials } = await run((group) => ({
    rest: [group('broken', { tries: 'once' }, []), group('b')],
    budget: 1000,
  }))
  expect(trials.map((it) => [it.it.name, it.results[0]?.passed])).toEqual([
    ['broken', false],
    ['b', true],
  ])
})

test('a case that was not possible here is neither passed nor failed', () => {
  const none: Trial = { it: { name: 'x' } as Group, results: [{ ...result('x', false), skipped: true }], seconds: 0 }
  expect(pastOf(none, '0123456789abcdef', '2026-01-02')).toEqual({
    name: 'x',
    passedAt: null,
    triedAt: '0123456789',
    on: '2026-01-02',
    seconds: 0,
    verdict: 'not tried here',
  })
})
