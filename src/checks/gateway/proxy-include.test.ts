import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { httpProxy } from '../../../test/build/gateway.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { HttpProxy } from '../../model/http-proxy.ts'
import { includeFaults } from '../../relations/gateway/proxies.ts'
import { everything } from '../../model/build.ts'
import check from './proxy-include.ts'

const include = (name: string) => ({ namespace: null, name, prefix: '/', path: 'spec.includes[0]' })
const root = (...names: readonly string[]) => httpProxy([], { includes: names.map(include) })
const child = (name: string, ...names: readonly string[]): HttpProxy =>
  httpProxy([], { name, host: null, includes: names.map(include) })

describeCheck(check, [
  {
    it: 'an include that leads to nothing',
    given: { httpProxies: [root('gone')] },
    expect: [{ subject: 'HTTPProxy/shop/web', severity: 'error', confidence: 'inferred', args: { fault: 'missing' } }],
  },
  {
    it: 'a circle is told once',
    given: { httpProxies: [root('a'), child('a', 'b'), child('b', 'a')] },
    expect: [{ subject: 'HTTPProxy/shop/a', args: { fault: 'loop', others: ['shop/b', 'shop/a'] } }],
  },
  {
    it: 'includes itself',
    given: { httpProxies: [root('a'), child('a', 'a')] },
    expect: [{ subject: 'HTTPProxy/shop/a', args: { fault: 'loop', others: ['shop/a'] } }],
  },
  {
    it: 'includes another root',
    given: { httpProxies: [root('b'), httpProxy([], { name: 'b', host: { fqdn: 'b.example', tls: null } })] },
    expect: [{ subject: 'HTTPProxy/shop/web', args: { fault: 'root' } }],
  },
  {
    it: 'nobody includes it',
    given: { httpProxies: [root(), child('a')] },
    expect: [{ subject: 'HTTPProxy/shop/a', args: { fault: 'orphan' } }],
  },
  {
    it: 'who includes it may be in another namespace',
    given: { httpProxies: [child('a')] },
    scope: { namespace: 'shop' },
    expect: 'ok',
  },
  {
    it: 'two want one host',
    given: { httpProxies: [root(), httpProxy([], { name: 'copy' })] },
    expect: [
      { subject: 'HTTPProxy/shop/web', args: { fault: 'same-host', others: ['shop/copy'] } },
      { subject: 'HTTPProxy/shop/copy', args: { fault: 'same-host', others: ['shop/web'] } },
    ],
  },
  {
    it: 'a tree',
    given: { httpProxies: [root('a', 'b'), child('a', 'c'), child('b', 'c'), child('c')] },
    expect: 'ok',
  },
  { it: 'none', given: { httpProxies: [] }, expect: 'not-applicable' },
])

test.each([
  ['gone', ['cart'], 'cart'],
  ['gone', ['cart', 'basket'], null],
  ['crat', ['cart', 'basket'], 'cart'],
])('an include of `%s` beside orphans %j means %s', (name, orphans, meant) => {
  const faults = includeFaults([root(name), ...orphans.map((it) => child(it))], everything)
  expect(faults.flatMap((it) => (it.kind === 'missing' ? [it.meant?.name ?? null] : []))).toEqual([meant])
})

test('of two includes that lead nowhere, none is for an orphan of another name', () => {
  const faults = includeFaults([root('gone', 'lost'), child('cart')], everything)
  expect(faults.flatMap((it) => (it.kind === 'missing' ? [it.meant] : []))).toEqual([null, null])
})

const names = ['a', 'b', 'c', 'd', 'e']

test('a circle is found where, and only where, an HTTPProxy leads back to itself', () =>
  fc.assert(
    fc.property(fc.array(fc.subarray(names), { minLength: 5, maxLength: 5 }), (edges) => {
      const proxies = edges.map((to, index) => child(names[index] ?? '', ...to))
      const reaches = (from: string, seen: Set<string>): Set<string> => {
        for (const it of edges[names.indexOf(from)] ?? []) {
          if (seen.has(it)) continue
          seen.add(it)
          reaches(it, seen)
        }
        return seen
      }
      const found = new Set(
        includeFaults(proxies, everything).flatMap((it) => (it.kind === 'loop' ? [it.proxy.name] : [])),
      )
      const circular = names.filter((it) => reaches(it, new Set()).has(it))
      // Each circle is told on one of those that stand in it at least, and on nobody else.
      expect([...found].filter((it) => !circular.includes(it))).toEqual([])
      expect(found.size > 0).toBe(circular.length > 0)
    }),
  ))

test('a chain of fifty thousand includes ends', () => {
  const proxies = Array.from({ length: 50_000 }, (_, index) => child(`p${index}`, `p${index + 1}`))
  expect(includeFaults(proxies, everything).filter((it) => it.kind === 'loop')).toEqual([])
})
