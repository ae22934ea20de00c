import { expect, test } from 'vitest'
import { createIntern } from '../../wire/intern.ts'
import { projectGateway, projectRoute } from './gateway.ts'

const many = <T>(it: T): readonly T[] => Array.from({ length: 5000 }, () => it)

test('of an object that no API server would take, as much is read as one would take, and some more', () => {
  const metadata = { namespace: 'shop', name: 'web' }
  const rule = { backendRefs: many({ name: 'web', port: 80 }), matches: many({ path: { value: '/' } }) }
  const spec = { parentRefs: many({ name: 'gw' }), hostnames: many('a.example.com'), rules: many(rule) }
  const route = projectRoute('HTTPRoute', { metadata, spec }, createIntern())
  expect(route?.parents).toHaveLength(32)
  expect(route?.hostnames).toHaveLength(32)
  expect(route?.rules).toHaveLength(64)
  expect(route?.rules[0]?.matches).toHaveLength(128)
  expect(route?.rules[0]?.backends).toHaveLength(64)
  const listeners = many({ name: 'http', port: 80, protocol: 'HTTP' })
  expect(projectGateway({ metadata, spec: { listeners } }, createIntern())?.listeners).toHaveLength(64)
})
