import { expect, test } from 'vitest'
import { ruleFaults } from './traefik-rule-faults.ts'

test.each([
  ['Host(`a.example`) && PathPrefix(`/x`)', []],
  ['Host("a.example")', []],
  ["Host('a.example')", ['quotes host']],
  ['Host(`a.example`, `b.example`)', ['several host']],
  ['HostRegexp(`{sub:[a-z]+}.example`)', ['template hostregexp']],
  ['HostRegexp(`^(a|b)\\.example$`)', ['pattern hostregexp']],
  ['HostRegexp(`^[a-z]{2,3}.example$`)', []],
  ['HostRegexp(`a.example`)', []],
  ['PathPrefix(`/v/{id:[0-9]+}`)', ['template pathprefix']],
  ['Headers(`X-A`, `b`) && Host(`a`)', ['gone headers']],
  ['header(`X-A`, `b`)', ['new header']],
  ['PathRegexp(`^/v[0-9]{1,2}/`)', ['new pathregexp']],
  ['Query(`a`, `b`)', []],
  ['Host(`a.example`) && Host(`b`, `c`) && Path(`/a`, `/b`)', ['several host']],
  ['Secret(`x`, `y`)', []],
  ['', []],
])('%s: %j', (rule, expected) => expect(ruleFaults(rule).map((it) => `${it.is} ${it.matcher}`)).toEqual(expected))

test('a rule of any length ends', () => {
  expect(ruleFaults('Host(`'.repeat(100_000))).toEqual([])
  expect(ruleFaults("Path('(".repeat(1000))).toEqual([])
})
