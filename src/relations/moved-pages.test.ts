import { expect, test } from 'vitest'
import { container } from '../../test/build/pod.ts'
import { movedPages } from './moved-pages.ts'

const base = { by: 'SERVER_SERVLET_CONTEXT_PATH', path: '/api' }
const port = { by: 'MANAGEMENT_SERVER_PORT', port: 9090 }
const health = 'http-get :8080/actuator/health'
const below = 'SERVER_SERVLET_CONTEXT_PATH puts its pages below /api'
const beside = 'MANAGEMENT_SERVER_PORT puts such pages on port 9090'

test.each([
  ['behind a base path', health, { base }, below],
  ['on a port of its own', health, { port }, beside],
  ['by the name of a port', 'http-get :http/healthz', { port }, beside],
  ['the base path stands in it', 'http-get :8080/api/actuator/health', { base }, null],
  ['a base path that only begins alike', 'http-get :8080/apis', { base }, below],
  ['the port for management is asked, which has no base path', 'http-get :9090/actuator/health', { base, port }, null],
  ['another page, on the port of the others', 'http-get :8080/cart', { port }, null],
  ['no page', 'tcp-socket :8080', { base }, null],
  ['a root that moves nothing', health, { base: { by: 'QUARKUS_HTTP_ROOT_PATH', path: '/' } }, null],
] as const)('%s', (_, probe, pages, expected) => {
  expect(movedPages(probe, container({ pages }))).toBe(expected)
})

test('nothing is set', () => {
  expect(movedPages(health, container())).toBeNull()
})
