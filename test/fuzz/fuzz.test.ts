import { describe, expect, test } from 'vitest'
import { isFull } from '../build/effort.ts'
import { allFed, chunk, type Clock, type Fed, feed, heldBytes, noClock, slowMs } from './feed.ts'
import { seeds } from './inputs.ts'
import { read, shipped } from '../meta/sources.ts'
import { ofText, ofValues, textReaders } from './readers.ts'

/** Ten thousand inputs a reader in `.ci/run`; `npm run fuzz` has a million, and looks at the time that they take. */
const chunks = isFull ? 10 : 2

/** Of the repeated alphabets, short: test/meta/linear-readers.test.ts has them long. */
const fed = allFed(8000, chunks)

test('each has a name of its own', () => expect(new Set(fed.map((it) => it.name)).size).toBe(fed.length))

test.each(fed.map((it) => [it.name, it] as const))(
  '%s reads anything',
  (_name, it) => {
    const bad = Array.from({ length: chunks }, (_, seed) => feed(it, seed, noClock).bad).flat()
    expect(bad.slice(0, 3)).toEqual([])
  },
  120_000,
)

test.each(seeds.map((it, index) => [index, it] as const))('seed %s is read by all', (_index, seed) => {
  expect(
    textReaders.flatMap(
      ([name, read]) => feed({ name, read: read as Fed['read'], inputs: () => [seed] }, 0, noClock).bad,
    ),
  ).toEqual([])
})

describe('what is seen', () => {
  const one = (read: Fed['read']): Fed => ({ name: 'a', read, inputs: () => ['{', 'x'] })
  const whyOf = (read: Fed['read'], clock: Clock): readonly string[] =>
    feed(one(read), 0, clock).bad.map((it) => it.why)

  test('a reader that throws, and where', () => {
    const parse: Fed['read'] = (it) => JSON.parse(String(it))
    expect(whyOf(parse, noClock)).toEqual([
      expect.stringMatching(/^throws SyntaxError[^]*fuzz\.test\.ts/),
      expect.stringMatching(/^throws SyntaxError/),
    ])
  })

  /** Each call takes so long by the wall, and so much of it is work of its own. */
  const taking = (wallMs: number, ownMs: number): readonly string[] => {
    let [wall, own] = [0, 0]
    const read = (): void => {
      wall += wallMs
      own += ownMs
    }
    return whyOf(read, { wall: () => wall, own: () => own })
  }

  test('one that takes long by its own work, not by that of others on the machine', () => {
    expect(taking(slowMs + 10, slowMs + 5)).toEqual(['takes 105 ms', 'takes 105 ms'])
    expect(taking(10 * slowMs, slowMs - 1)).toEqual([])
    expect(taking(slowMs - 1, slowMs + 5)).toEqual([])
  })
})

test('no reader keeps what it read', () => {
  const all = (seed: number): void =>
    fed.forEach((it) =>
      it
        .inputs(seed)
        .slice(0, chunk / 10)
        .forEach((input) => it.read(input)),
    )
  all(100)
  const before = heldBytes()
  for (let seed = 101; seed < 105; seed++) all(seed)
  expect((heldBytes() - before) / 2 ** 20).toBeLessThan(24)
})

describe('no reader is forgotten', () => {
  const exported = (folder: RegExp, first: string): readonly string[] =>
    shipped
      .filter((path) => folder.test(path))
      .flatMap((path) =>
        [...read(path).matchAll(new RegExp(`^export function (\\w+)\\(\\s*(?:${first})\\b`, 'gm'))].map(
          ([, name]) => `${path} ${name}`,
        ),
      )

  /** Text of ours. */
  const own = /^src\/probe\/(?:pods\/pod-manifest|pod\/node\/bulk-answerer|.*local-cluster)/

  test('that takes a text from a cluster, a container or a file', () => {
    const all = exported(/^src\/(?:kube|probe|snapshot|collect)\//, '(?:text|stdout|line|body|token): string')
    expect(all.length).toBeGreaterThan(10)
    expect(all.filter((it) => !(it in ofText) && !own.test(it))).toEqual([])
  })

  test('that takes an object of the API', () => {
    const all = exported(/^src\/(?:kube|probe|collect\/project)\//, 'raw: (?:unknown|RawObject|RawPod)')
    expect(all.length).toBeGreaterThan(10)
    expect(all.filter((it) => !(it in ofValues) && !it.endsWith(' identity'))).toEqual([])
  })
})
