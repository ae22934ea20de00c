import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json, Manifest } from '../manifest/object.ts'
import { takeBack } from './three-way.ts'

/** A field by its path: names of maps, `[name]` of a list of named things. Built up to objects below. */
type Flat = ReadonlyMap<string, string>

const keys = ['a', 'b', 'c'] as const
const paths = ['spec', 'labels'].flatMap((map) => [
  ...keys.map((key) => `${map}.${key}`),
  ...['web', 'sidecar'].flatMap((name) => keys.map((key) => `${map}.list.${name}.${key}`)),
])

function build(flat: Flat): Manifest {
  const of = (map: string): Json => {
    const own = Object.fromEntries(
      [...flat].flatMap(([path, value]) =>
        path.split('.').length === 2 && path.startsWith(`${map}.`) ? [[path.split('.')[1] ?? '', value]] : [],
      ),
    )
    const names = [
      ...new Set(
        [...flat.keys()].flatMap((path) => (path.startsWith(`${map}.list.`) ? [path.split('.')[2] ?? ''] : [])),
      ),
    ].toSorted()
    const list = names.map((name) => ({
      name,
      ...Object.fromEntries(
        [...flat].flatMap(([path, value]) =>
          path.startsWith(`${map}.list.${name}.`) ? [[path.split('.')[3] ?? '', value]] : [],
        ),
      ),
    }))
    return { keep: true, ...own, list }
  }
  return { spec: of('spec'), labels: of('labels') }
}

const value = fc.constantFrom('1', '2', '3')
const anyFlat = fc.dictionary(fc.constantFrom(...paths), value).map((it): Flat => new Map(Object.entries(it)))
/** null takes a field away. */
const edits = fc
  .dictionary(fc.constantFrom(...paths), fc.option(value), { maxKeys: 6 })
  .map((it) => new Map(Object.entries(it)))

function edited(flat: Flat, changes: ReadonlyMap<string, string | null>): Flat {
  const all = new Map(flat)
  for (const [path, to] of changes) {
    if (to === null) all.delete(path)
    else all.set(path, to)
  }
  return all
}

/**
 * Lists of named things in the order of their names: who adds one decides where, and the order is not what is asked
 * here.
 */
function sorted(it: Json): Json {
  if (Array.isArray(it))
    return it.map((one: Json) => sorted(one)).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  if (typeof it !== 'object' || it === null) return it
  return Object.fromEntries(
    Object.entries(it)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one as Json)]),
  )
}

const never = (): 'theirs' => 'theirs'

describe('what a plan changed is taken back', () => {
  test('exactly, where nobody else changed anything', () => {
    fc.assert(
      fc.property(anyFlat, edits, (before, plan) => {
        expect(takeBack(build(before), build(edited(before, plan)), build(edited(before, plan)), never)).toEqual({
          value: build(before),
          clashes: [],
        })
      }),
    )
  })

  test('and what others changed elsewhere stays, whatever the histories', () => {
    fc.assert(
      fc.property(anyFlat, edits, edits, (before, plan, others) => {
        const apart = new Map([...others].filter(([path]) => !plan.has(path)))
        const after = edited(before, plan)
        // A thing of a list that one made or took away as a whole and the other changed is no field of one's own.
        const whole = (flat: Flat, path: string): boolean =>
          [...flat.keys()].some((it) => it.startsWith(path.slice(0, path.lastIndexOf('.') + 1)))
        fc.pre(
          [...plan.keys(), ...apart.keys()].every(
            (path) =>
              !path.includes('.list.') ||
              (whole(before, path) &&
                whole(after, path) &&
                whole(edited(before, apart), path) &&
                whole(edited(after, apart), path)),
          ),
        )
        const { value: restored, clashes } = takeBack(build(before), build(after), build(edited(after, apart)), never)
        expect(clashes).toEqual([])
        expect(sorted(restored)).toEqual(sorted(build(edited(before, apart))))
      }),
      { numRuns: 500 },
    )
  })

  test('a field that both changed is a clash, and is theirs unless it is asked for', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...keys),
        fc.uniqueArray(fc.string(), { minLength: 3, maxLength: 3 }),
        (key, [was = '', wanted = '', is = '']) => {
          const of = (it: string): Manifest => ({ spec: { [key]: it, other: 1 } })
          const flat = [was, wanted, is].map((it) => it.replaceAll('\n', ' '))
          fc.pre(new Set(flat).size === 3)
          const [a = '', b = '', c = ''] = flat
          expect(takeBack(of(a), of(b), of(c), never)).toEqual({ value: of(c), clashes: [{ path: `spec.${key}` }] })
          expect(takeBack(of(a), of(b), of(c), () => 'former').value).toEqual(of(a))
        },
      ),
    )
  })

  const lines = fc.uniqueArray(fc.stringMatching(/^[a-z]{3,6}$/), { minLength: 6, maxLength: 20 })

  test('in a text line by line: an edit elsewhere in a Corefile stays', () => {
    fc.assert(
      fc.property(lines, fc.nat(), fc.nat(), fc.constantFrom('changed', 'added', 'removed'), (all, one, two, how) => {
        const [mine, theirs] = [one % all.length, two % all.length]
        // With a line of everybody's between them, nobody's edit touches the other's.
        fc.pre(Math.abs(mine - theirs) > 1)
        const edit = (text: readonly string[], line: string, by: string): readonly string[] =>
          text.flatMap((it) =>
            it !== line ? [it] : ({ changed: [`${it} ${by}`], added: [it, by], removed: [] }[how] ?? []),
          )
        const of = (text: readonly string[]): Manifest => ({ data: { Corefile: `${text.join('\n')}\n` } })
        const after = edit(all, all[mine] ?? '', 'PLAN')
        const live = edit(after, all[theirs] ?? '', 'COLLEAGUE')
        expect(takeBack(of(all), of(after), of(live), never)).toEqual({
          value: of(edit(all, all[theirs] ?? '', 'COLLEAGUE')),
          clashes: [],
        })
      }),
      { numRuns: 500 },
    )
  })

  test('a map that the plan made stays for what another put into it', () => {
    const [before, after] = [{ spec: {} }, { spec: { dnsConfig: { options: ['ndots'] } } }]
    expect(takeBack(before, after, { spec: { dnsConfig: { options: ['ndots'], searches: ['x'] } } }, never)).toEqual({
      value: { spec: { dnsConfig: { searches: ['x'] } } },
      clashes: [],
    })
    expect(takeBack(before, after, after, never)).toEqual({ value: before, clashes: [] })
  })

  const web = (about: Manifest = {}): Json => ({ name: 'web', image: 'a', ...about })
  const side = (about: Manifest = {}): Json => ({ name: 'side', image: 'b', ...about })
  const spec = (containers: Json): Manifest => ({ spec: { containers } })

  test.each<[it: string, before: Json, after: Json, live: Json, value: Json, clashes: readonly string[]]>([
    // Nobody knows whether what stands right behind it belongs to it: a person looks.
    [
      'a list: another added right behind',
      ['a'],
      ['a', 'plan'],
      ['a', 'plan', 'theirs'],
      ['a', 'plan', 'theirs'],
      ['spec.containers'],
    ],
    [
      'a list: another added apart',
      ['a', 'b'],
      ['plan', 'a', 'b'],
      ['plan', 'a', 'b', 'theirs'],
      ['a', 'b', 'theirs'],
      [],
    ],
    [
      'a list: another added to its start',
      ['a', 'b'],
      ['a', 'plan'],
      ['theirs', 'a', 'plan'],
      ['theirs', 'a', 'b'],
      [],
    ],
    ['a list: the plan took one away', ['a', 'b', 'c'], ['a', 'c'], ['a', 'c', 'd'], ['a', 'b', 'c', 'd'], []],
    ['a list: another took one away', ['a', 'b', 'c', 'd'], ['x', 'b', 'c', 'd'], ['x', 'b', 'c'], ['a', 'b', 'c'], []],
    [
      'a list: both changed the same piece',
      ['a', 'b'],
      ['a', 'plan'],
      ['a', 'theirs'],
      ['a', 'theirs'],
      ['spec.containers'],
    ],
    ['a list that another took back already', ['a'], ['a', 'plan'], ['a'], ['a'], []],
    ['a text that another took back in part', 'a\nb\nc', 'x\nb\ny', 'a\nb\ny', 'a\nb\nc', []],
    ['a text in one line', 'a', 'plan', 'theirs', 'theirs', ['spec.containers']],
    ['a text, and a list in its place', 'a\nb', 'a\nc', ['theirs'], ['theirs'], ['spec.containers']],
    ['a container of the plan stays as nobody left it', [web()], [web(), side()], [web(), side()], [web()], []],
    [
      'a container of the plan that another changed',
      [web()],
      [web(), side()],
      [web(), side({ image: 'c' })],
      [web(), side({ image: 'c' })],
      ['spec.containers[side]'],
    ],
    ['a container that the plan took away', [web(), side()], [web()], [web()], [web(), side()], []],
    [
      'a container that the plan took away and another made anew',
      [web(), side()],
      [web()],
      [web(), side({ image: 'c' })],
      [web(), side({ image: 'c' })],
      ['spec.containers[side]'],
    ],
    [
      'a container that another took away',
      [web(), side()],
      [web({ image: 'c' }), side()],
      [web({ image: 'c' })],
      [web()],
      [],
    ],
    [
      'a container that the plan changed and another took away',
      [web(), side()],
      [web(), side({ image: 'c' })],
      [web()],
      [web()],
      ['spec.containers[side]'],
    ],
    [
      'a container that another added',
      [web()],
      [web({ image: 'c' })],
      [web({ image: 'c' }), side()],
      [web(), side()],
      [],
    ],
    [
      'a field of a container that both changed',
      [web()],
      [web({ image: 'c' })],
      [web({ image: 'd' })],
      [web({ image: 'd' })],
      ['spec.containers[web].image'],
    ],
    [
      'a field that the plan took away',
      [web({ tty: true })],
      [web()],
      [web({ stdin: true })],
      [web({ stdin: true, tty: true })],
      [],
    ],
    [
      'two of one name are no list of names',
      [web(), web({ image: 'c' })],
      [web()],
      [web(), side()],
      [web(), side()],
      ['spec.containers'],
    ],
    ['what nobody changed but another', 'a', 'a', 'theirs', 'theirs', []],
    ['null is a value', null, 'plan', 'plan', null, []],
  ])('%s', (_it, before, after, live, value, clashes) => {
    expect(takeBack(spec(before), spec(after), spec(live), never)).toEqual({
      value: spec(value),
      clashes: clashes.map((path) => ({ path })),
    })
    // Asked for, what was there before comes back wherever both had a hand in it.
    const { value: forced } = takeBack(spec(before), spec(after), spec(live), () => 'former')
    if (clashes.length === 0) expect(forced).toEqual(spec(value))
    else expect(forced).not.toEqual(spec(value))
  })

  test('an object that is gone is an empty one, and no null', () => {
    expect(takeBack({}, { a: 1 }, { a: 1 }, never)).toEqual({ value: {}, clashes: [] })
  })
})
