import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseResolvConf, queriesPerLookup, readLines } from './resolv-conf.ts'

test("a pod's usual resolv.conf", () => {
  const conf = parseResolvConf(
    'search shop.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n',
  )
  expect(conf).toEqual({
    nameservers: ['10.96.0.10'],
    search: ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local'],
    ndots: 5,
    options: ['ndots:5'],
  })
  expect(queriesPerLookup(conf, 2)).toBe(8)
  expect(queriesPerLookup(conf, 5)).toBe(2)
})

test('the last search line counts, comments do not, ndots is capped', () => {
  const conf = parseResolvConf('# a comment\nsearch a\nsearch b c ; tail\noptions ndots:99 rotate\n')
  expect(conf.search).toEqual(['b', 'c'])
  expect(conf.ndots).toBe(15)
})

test('any text is a resolv.conf', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const conf = parseResolvConf(text)
      expect(conf.ndots).toBeGreaterThanOrEqual(0)
      expect(queriesPerLookup(conf, 1)).toBeGreaterThanOrEqual(2)
    }),
  )
})

test('what is passed over is left out, and nothing else, whatever the text', () => {
  const line = fc.constantFrom(
    'nameserver 10.96.0.10',
    ' nameserver 10.96.0.10',
    'search a b',
    'options ndots:5',
    '#',
    '',
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(line, fc.constantFrom('', '\r'))), (its) => {
      const text = its.map(([words, end]) => words + end).join('\n')
      const taken = parseResolvConf(readLines(text, 'glibc')).nameservers
      expect(taken).toEqual(
        its.filter((it) => it[0] === 'nameserver 10.96.0.10' && it[1] === '').map(() => '10.96.0.10'),
      )
    }),
  )
})
