import { expect, test } from 'vitest'
import { apiServerIn } from './api-server.ts'

const config = (server: string) =>
  `apiVersion: v1\nkind: Config\nclusters:\n- cluster:\n    certificate-authority: /x\n    server: ${server}\n  name: default\n`

test.each([
  ['https://10.96.0.1:443', { host: '10.96.0.1', port: 443 }],
  ['"https://api.example.com"', { host: 'api.example.com', port: 443 }],
  ['https://[fd00::1]:6443', { host: 'fd00::1', port: 6443 }],
  ['/not-a-url', null],
])('%s', (server, expected) => {
  expect(apiServerIn(config(server))).toEqual(expected)
})

test('two servers, and none', () => {
  expect(apiServerIn(config('https://10.0.0.1:6443') + config('https://10.0.0.2:6443'))).toBeNull()
  expect(apiServerIn('')).toBeNull()
})
