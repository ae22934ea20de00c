import { expect, test } from 'vitest'
import { routeRule } from './traefik-rule.ts'

const prefix = (path: string) => ({ type: 'prefix', path })

test.each([
  ['Host(`Web.example.com`)', { hosts: ['web.example.com'], paths: [], more: 'nothing' }],
  ['Host(`a.example`, `b.example`)', { hosts: ['a.example', 'b.example'], paths: [], more: 'nothing' }],
  [
    'Host("a.example") && (PathPrefix(`/x`) || Path(`/y`))',
    { hosts: ['a.example'], paths: [prefix('/x'), { type: 'exact', path: '/y' }], more: 'nothing' },
  ],
  ['Host(`a.example`) || Host(`b.example`)', { hosts: ['a.example', 'b.example'], paths: [], more: 'nothing' }],
  ['!Host(`a.example`)', { hosts: [], paths: [], more: 'more' }],
  ['HostRegexp(`^.+\\.example$`)', { hosts: [], paths: [], more: 'more' }],
  ['Host(`a.example`) && Headers(`x`, `y`)', { hosts: ['a.example'], paths: [], more: 'more' }],
  ['PathPrefix(`/`)', { hosts: [], paths: [prefix('/')], more: 'nothing' }],
  ['', { hosts: [], paths: [], more: 'nothing' }],
])('%s', (rule, expected) => expect(routeRule(rule)).toEqual(expected))

test('a rule of any length ends', () => {
  expect(routeRule('Host(`'.repeat(100_000)).more).toBe('more')
  expect(routeRule('('.repeat(8000)).hosts).toEqual([])
})
