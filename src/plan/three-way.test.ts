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
})
