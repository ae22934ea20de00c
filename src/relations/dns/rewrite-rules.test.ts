import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseCorefile } from '../../wire/corefile.ts'
import { askedFor, leftInName, nameRules, rewritten } from './rewrite-rules.ts'

const rulesOf = (line: string, key = '.:53') => nameRules(parseCorefile(`${key} {\n  ${line}\n}\n`))
const target = 'cart.shop.svc.cluster.local.'

describe('whether a rule gives the answer its name back', () => {
  test.each([
    ['rewrite name a.corp cart.shop.svc.cluster.local', true],
    ['rewrite name exact a.corp cart.shop.svc.cluster.local', true],
    ['rewrite stop name EXACT a.corp cart.shop.svc.cluster.local', true],
    ['rewrite name suffix .corp .shop.svc.cluster.local', false],
    ['rewrite name suffix .corp .shop.svc.cluster.local answer auto', true],
    ['rewrite continue name prefix old- new-', false],
    ['rewrite name prefix old- new- answer auto', true],
    ['rewrite name substring old new', false],
    ['rewrite name substring old new answer auto answer value a b', true],
    ['rewrite name regex (.*)\\.corp {1}.shop.svc.cluster.local', false],
    ['rewrite name regex (.*)\\.corp {1}.x answer name (.*)\\.x {1}.corp', true],
    ['rewrite name regex (.*)\\.corp {1}.x answer value (.*)\\.x {1}.corp', false],
    ['rewrite name regex (.*)\\.corp {1}.x answer value a b answer name (.*)\\.x {1}.corp', true],
    ['rewrite stop {\n name regex (.*)\\.corp {1}.x\n answer name (.*)\\.x {1}.corp\n}', true],
    ['rewrite stop {\n name regex (.*)\\.corp {1}.x\n}', false],
    ['rewrite {\n name suffix .corp .x\n answer auto\n}', true],
  ])('%s: %s', (line, restores) => {
    expect(rulesOf(line).map((it) => it.restores)).toEqual([restores])
  })

  test.each([
    'rewrite type A AAAA',
    'rewrite edns0 local set 0xffee 0x61',
    'rewrite ttl exact a.corp 30',
    'rewrite name',
  ])('%s is no rule of names', (line) => {
    expect(rulesOf(line)).toEqual([])
  })
})

describe('a name that the rule makes a Service of', () => {
  test.each([
    ['rewrite name a.corp cart.shop.svc.cluster.local', 'a.corp.'],
    ['rewrite name suffix .corp.internal .shop.svc.cluster.local', 'cart.corp.internal.'],
    ['rewrite name suffix .corp.internal. .shop.svc.cluster.local.', 'cart.corp.internal.'],
    ['rewrite name prefix basket. cart.', 'basket.shop.svc.cluster.local.'],
    ['rewrite name substring corp svc.cluster.local', 'cart.shop.corp.'],
    ['rewrite name regex (.*)\\.corp\\.internal {1}.shop.svc.cluster.local', 'cart.corp.internal.'],
    ['rewrite name regex ^(.*)\\.corp\\.internal\\.$ {1}.shop.svc.cluster.local', 'cart.corp.internal.'],
    ['rewrite name regex ^([a-z]+)[.]corp[.]?$ {1}.shop.svc.cluster.local', null],
    ['rewrite name regex (.*)\\.corp {1}.pay.svc.cluster.local', null],
    ['rewrite name regex (.*)\\.(.*)\\.corp {1}.{2}.svc.cluster.local', null],
    ['rewrite name regex a|b {1}.shop.svc.cluster.local', null],
    ['rewrite name other.corp else.where', null],
    ['rewrite name cart.shop.svc.cluster.local cart.shop.svc.cluster.local', null],
  ])('%s: %s', (line, name) => {
    const [rule] = rulesOf(line)
    expect(rule === undefined ? null : askedFor(rule, target)).toBe(name)
  })

  test('none outside of the zones of its block', () => {
    const [rule] = rulesOf('rewrite name suffix .corp.internal .shop.svc.cluster.local', 'other.example:53')
    expect(rule === undefined ? null : askedFor(rule, target)).toBeNull()
  })
})

test('a name that is told is one that CoreDNS makes the Service of', () => {
  const part = fc.stringMatching(/^[a-z][a-z0-9-]{0,6}(\.[a-z]{1,5})?$/)
  const how = fc.constantFrom('exact', 'prefix', 'suffix', 'substring')
  fc.assert(
    fc.property(how, part, part, fc.constantFrom('cart.', '.shop', 'shop', 'local.'), (kind, from, own, piece) => {
      const to = kind === 'exact' ? target : piece
      const [rule] = rulesOf(`rewrite name ${kind} ${kind === 'suffix' ? `.${from}` : from} ${to}`)
      if (rule === undefined) throw new Error('no rule')
      const name = askedFor(rule, target)
      if (name !== null) expect(rewritten(rule, name)).toBe(target)
      expect(rewritten(rule, `${own}.`) === null).toBe(!isMet(kind, from, `${own}.`))
    }),
  )
})

/** plugin/rewrite/name.go: strings.HasPrefix, HasSuffix, Contains over the whole name with its last dot. */
function isMet(kind: string, from: string, name: string): boolean {
  switch (kind) {
    case 'prefix':
      return name.startsWith(from)
    case 'suffix':
      return name.endsWith(`.${from}.`)
    case 'substring':
      return name.includes(from)
    default:
      return name === `${from}.`
  }
}

test.each([
  ['rewrite name regex (.*)\\.corp {1}.shop.svc.cluster.local', null],
  [
    'rewrite name regex (.*)\\.corp {1}.{kubernetes/client-namespace}.svc.cluster.local',
    '{kubernetes/client-namespace}',
  ],
  ['rewrite name suffix .corp .{1}.local', '{1}'],
  ['rewrite name a.corp {$NAME}.{%OTHER%}', null],
  ['rewrite name a.corp b.corp', null],
])('what is left in the name by %s: %s', (line, left) => {
  expect(rulesOf(line).map(leftInName)).toEqual([left])
})
