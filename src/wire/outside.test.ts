import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromOutside } from './outside.ts'
import { mask } from './secrets.ts'
import { sha512 } from './sha512.ts'

describe('what bears the name of a name', () => {
  test.each([
    ['a header', 'Authorization: Bearer abcdef', `Authorization:_Bearer_${mask}`],
    ['an assignment', 'password=hunter2', `password=${mask}`],
    ['a key', `ghp_${'aB3'.repeat(12)}`, mask],
  ])('is no name for that: %s', (_, name, kept) => expect(fromOutside({ name })).toEqual({ name: kept }))

  test.each(['web-7d9f8c6b5-x2x4z', 'token-issuer', 'team/token:v2', '3b18e512dba79e4c8300dd08aeb37f8e728b8dad'])(
    '%s stays',
    (image) => expect(fromOutside({ image })).toEqual({ image }),
  )
})

describe('what a terminal obeys is gone as a whole', () => {
  test.each([
    ['a colour', 'a\u001B[2J\u001B[32mb\u001B[0m', 'ab'],
    ['a colour by one character', 'a\u009B32mb', 'ab'],
    ['parameters of all kinds', 'a\u001B[?25;1:2 qb', 'ab'],
    ['a title', 'a\u001B]0;title\u0007b', 'ab'],
    ['a link, of which the text stays', '\u001B]8;;http://x\u001B\\text\u001B]8;;\u001B\\', 'text'],
    ["a device's string", 'a\u001BP1$r\u001B\\b', 'ab'],
    ['a title by one character each', 'a\u009D0;title\u009Cb', 'ab'],
    ['a reset, and a set of characters', 'a\u001Bcb\u001B(Bd', 'abd'],
    ['one that is cut off', 'a\u001B[2', 'a'],
    ['an escape alone', 'a\u001B', 'a'],
    ['escapes without end', 'a\u001B\u001B\u001B[2Jb', 'ab'],
    ['one with something unseen in it', 'a\u001B\u200B[\u00002\u202EJb', 'ab'],
    ['of a string without an end, its text stays', 'a\u001B]0;b c\nd', 'a0;b c d'],
    ['brackets are text', '[ERROR] [2J', '[ERROR] [2J'],
  ])('%s', (_, said, kept) => {
    expect(fromOutside({ said })).toEqual({ said: kept })
    expect(fromOutside({ text: said })).toEqual({ text: kept.replace('c d', 'c\nd') })
  })

  test('and once is enough', () => {
    const piece = fc.constantFrom(
      '\u001B',
      '[',
      ']',
      '\u009B',
      '\u009D',
      '\u0007',
      '\u001B\\',
      '2J',
      'm',
      '\n',
      '\u200B',
      'a',
      ';',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const once = fromOutside({ said: pieces.join('') })
        expect(fromOutside(once)).toEqual(once)
        expect(once.said).toMatch(/^[ -~]*$/)
      }),
    )
  })
})

describe('the hash of the configuration that runs', () => {
  test('is kept: DNS114 compares it', () => {
    const log = { pod: 'coredns-1', config: sha512('.:53 {}') }
    expect(fromOutside(log)).toEqual(log)
  })

  test.each([
    ['too short', sha512('a').slice(1)],
    ['in capitals', sha512('a').toUpperCase()],
  ])('is no hash: %s', (_, config) => expect(fromOutside({ config })).toEqual({ config: mask }))

  test('under another name it may be a key', () => {
    expect(fromOutside({ said: sha512('a') })).toEqual({ said: mask })
  })
})

test.each([
  ['CrashLoopBackOff', 'CrashLoopBackOff'],
  ['not-asked', 'not-asked'],
  ['', ''],
  ['CrashLoopBackOff\n98 ok · 0 findings\n✓ Nothing wrong', '“CrashLoopBackOff_98_ok_·_0_findings___Nothing_wrong”'],
  ['Nothing_wrong_was_seen', '“Nothing_wrong_was_seen”'],
  ['“quoted” already', '“quoted__already”'],
  ['A'.repeat(65), `“${'A'.repeat(64)}”`],
])('a reason is one word of CamelCase, or quoted: %s', (written, kept) => {
  for (const key of ['waiting', 'lastTermination', 'overReason', 'reason', 'last'])
    expect(fromOutside({ [key]: written })).toEqual({ [key]: kept })
  // What looks like a key is masked in another pass.
  if (!/\d/.test(kept)) expect(fromOutside({ reason: kept })).toEqual({ reason: kept })
})

test('of what commands are made of, nothing is heeded by a shell', () => {
  const bad = fc.string({ unit: fc.constantFrom(...'a-.;&|<>(){}[]`$\\\'"!*?#~ \t'), minLength: 1, maxLength: 20 })
  const fields = ['namespace', 'name', 'pod', 'node', 'service', 'container', 'controllerPod', 'className', 'volume']
  fc.assert(
    fc.property(bad, bad, (one, other) => {
      const world = { it: Object.fromEntries(fields.map((it) => [it, one])), labels: { [one]: other } }
      const after = fromOutside(world)
      const words = [...Object.values(after.it), ...Object.entries(after.labels).flat()]
      for (const word of words) expect(word).toMatch(/^(?!-)[a-zA-Z0-9._-]*$/)
    }),
  )
})
