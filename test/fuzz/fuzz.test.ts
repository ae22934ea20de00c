import { describe, expect, test } from 'vitest'
import { allFed, chunk, type Fed, feed, heldBytes, slowMs } from './feed.ts'
import { seeds } from './inputs.ts'
import { read, shipped } from '../meta/sources.ts'
import { ofText, ofValues, textReaders } from './readers.ts'

/** Ten thousand inputs a reader, or as many as go into the time; `npm run fuzz` has a million, whatever they take. */
const chunks = 10
const enoughMs = 25

/** Of the repeated alphabets, short: test/meta/linear-readers.test.ts has them long. */
const fed = allFed(8000)

test.each(fed.map((it) => [it.name, it] as const))('%s reads anything', (_name, it) => {
  const until = performance.now() + enoughMs
  const bad = Array.from({ length: chunks }, (_, seed) => (performance.now() > until ? [] : feed(it, seed).bad)).flat()
  expect(bad.slice(0, 3)).toEqual([])
})

test.each(seeds.map((it, index) => [index, it] as const))('seed %s is read by all', (_index, seed) => {
  expect(
    textReaders.flatMap(([name, read]) => feed({ name, read: read as Fed['read'], inputs: () => [seed] }, 0).bad),
  ).toEqual([])
})

test('a reader that throws, and one that takes long, are seen', () => {
  const one = (read: Fed['read']): Fed => ({ name: 'a', read, inputs: () => ['{', 'x'] })
  expect(
    feed(
      one((it) => JSON.parse(String(it))),
      0,
    ).bad,
  ).toHaveLength(2)
  // Just above the limit: it is called four times for each input.
  const slow = (): void => {
    const began = process.threadCpuUsage()
    let spent = 0
    while (spent < (slowMs + 10) * 1000) {
      const { user, system } = process.threadCpuUsage(began)
      spent = user + system
    }
  }
  expect(feed(one(slow), 0).bad.map((it) => it.why)).toEqual([
    expect.stringMatching(/^takes \d+ ms$/),
    expect.stringMatching(/^takes \d+ ms$/),
  ])
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
  const own = /^src\/probe\/(?:pods\/pod-manifest|.*local-cluster)/

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
