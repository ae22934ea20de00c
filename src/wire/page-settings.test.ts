import { expect, test } from 'vitest'
import { pageSettingsIn } from './page-settings.ts'

const read = (env: Readonly<Record<string, string>>) =>
  pageSettingsIn(Object.entries(env).map(([name, value]) => ({ name, value })))

test('where the pages of a server are', () => {
  expect(read({ SERVER_SERVLET_CONTEXT_PATH: '/api', MANAGEMENT_SERVER_PORT: '9090' })).toEqual({
    base: { by: 'SERVER_SERVLET_CONTEXT_PATH', path: '/api' },
    port: { by: 'MANAGEMENT_SERVER_PORT', port: 9090 },
  })
  expect(read({ QUARKUS_HTTP_ROOT_PATH: '/v1' })).toEqual({ base: { by: 'QUARKUS_HTTP_ROOT_PATH', path: '/v1' } })
})

test('what says nothing of it', () => {
  expect(read({ SERVER_SERVLET_CONTEXT_PATH: '/', MANAGEMENT_SERVER_PORT: '-1' })).toEqual({})
  expect(read({ SERVER_SERVLET_CONTEXT_PATH: '$(BASE)', MANAGEMENT_SERVER_PORT: 'x', SECRET: 'y' })).toEqual({})
})
