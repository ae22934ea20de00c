import { expect, test } from 'vitest'
import { checks } from '../../src/checks/registry.ts'

/*
 * The plan of a probe leaves things out: URLs after the thirtieth, endpoints after the sixtieth. So a check that goes
 * by what the probe asked says of all only what was asked.
 */
const ofAll = /\b(?:each|every|all|no)\b/i
const ofAsked = /\b(?:asked|connected to|seen)\b/

test('what is fine by what a probe asked, is fine as far as it asked', () => {
  const wide = checks.filter((it) => it.needs.includes('contacts') && ofAll.test(it.fine) && !ofAsked.test(it.fine))
  expect(wide.map((it) => `${it.code} ${it.fine}`)).toEqual([])
})
