import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ingress } from '../../../test/build/ingress.ts'
import type { Ingress } from '../../model/ingress.ts'
import { youngerIngresses } from './younger-ingresses.ts'

const of = (name: string, created: number | undefined, hosts: readonly (string | null)[], className = 'nginx') => {
  const [rule] = ingress([['/', 'web', 80]]).rules
  if (rule === undefined) throw new Error('an Ingress has a rule')
  const rules = hosts.map((host) => ({ ...rule, host }))
  return ingress([], { name, className, rules, ...(created === undefined ? {} : { created }) })
}

test.each<readonly [it: string, all: readonly Ingress[], expected: readonly string[]]>([
  ['younger ones, as they stand in the list', [of('c', 3, ['a']), of('b', 2, ['a'])], ['c', 'b']],
  ['as old: of neither is it said', [of('b', 1, ['a'])], []],
  ['older', [of('b', 0, ['a'])], []],
  ['of an unknown age', [of('b', undefined, ['a'])], []],
  ['of another class', [of('b', 2, ['a'], 'traefik')], []],
  ['of another host, and of all', [of('b', 2, ['b']), of('c', 2, [null])], []],
  ['a host in other letters, twice', [of('b', 2, ['A', 'a'])], ['b']],
  ['by each of its hosts once', [of('b', 2, ['a', 'z'])], ['b']],
])('%s', (_, all, expected) => {
  const own = of('own', 1, ['a', 'z'])
  const found = youngerIngresses([own, ...all])(own, ['a', 'z'])
  expect(found.map((it) => it.name)).toEqual(expected)
})

test('no age is younger than none', () => {
  const own = of('own', undefined, ['a'])
  expect(youngerIngresses([own, of('b', 2, ['a'])])(own, ['a'])).toEqual([])
})

/** Each with each, as it reads. */
function plainly(all: readonly Ingress[], { className, created }: Ingress, hosts: readonly string[]) {
  const its = all.filter(
    (it) =>
      created !== undefined &&
      it.className === className &&
      (it.created ?? 0) > created &&
      it.rules.some(({ host }) => host !== null && hosts.includes(host)),
  )
  return its.slice(0, 20)
}

test('as each with each', () => {
  const host = fc.constantFrom('a', 'b', 'c', null)
  const any = fc.tuple(fc.option(fc.nat(9), { nil: undefined }), fc.array(host, { maxLength: 3 }))
  fc.assert(
    fc.property(fc.array(any, { maxLength: 60 }), fc.constantFrom(['a'], ['a', 'b'], []), (drawn, hosts) => {
      const all = drawn.map(([created, its], at) => of(`web-${at}`, created, its))
      const find = youngerIngresses(all)
      for (const it of all) expect(find(it, hosts)).toEqual(plainly(all, it, hosts))
    }),
  )
})
