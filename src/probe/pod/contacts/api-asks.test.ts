import { createServer, type AddressInfo, type Server } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { silentPort } from '../../../../test/build/silent-port.ts'
import { apiAsks, serviceHere } from './api-asks.ts'
import type { PodRecord } from '../records.ts'

let server: Server
let port = 0
let shut = 0

beforeAll(async () => {
  server = createServer((socket) => socket.on('error', () => {}))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  shut = (other.address() as AddressInfo).port
  await new Promise((resolve) => other.close(resolve))
})

afterAll(() => void server.close())

test('once where it opens, three times where it does not', async () => {
  const records: PodRecord[] = []
  const endpoints = [
    { ip: '127.0.0.1', port },
    { ip: '127.0.0.1', port: shut },
  ]
  await apiAsks({ endpoints, timeoutMs: 1000 }, (it) => void records.push(it))
  const results = records.map((it) => (it.t === 'api' ? [it.via, it.port, it.tries.map(([result]) => result)] : []))
  expect(results).toEqual([
    ['endpoint', port, ['open']],
    ['endpoint', shut, ['refused', 'refused', 'refused']],
  ])
})

test('what is silent is asked three times, and waited for twice', async () => {
  const silent = await silentPort()
  const records: PodRecord[] = []
  const began = performance.now()
  await apiAsks({ endpoints: [{ ip: '127.0.0.1', port: silent.port }], timeoutMs: 1500 }, (it) => void records.push(it))
  const seconds = (performance.now() - began) / 1000
  const results = records.flatMap((it) => (it.t === 'api' ? it.tries.map(([result]) => result) : []))
  expect(results).toEqual(['timeout', 'timeout', 'timeout'])
  // One after the other they would take 5.1 s.
  expect(seconds).toBeLessThan(4.8)
  await silent.close()
}, 15_000)

test.each([
  [
    { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' },
    { ip: '10.96.0.1', port: 443 },
  ],
  [
    { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' },
    { ip: 'fd00::1', port: 443 },
  ],
  [{ KUBERNETES_SERVICE_HOST: 'api.example.com', KUBERNETES_SERVICE_PORT: '443' }, null],
  [{ KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: 'tcp://10.96.0.1' }, null],
  [{}, null],
])('%j', (env, expected) => expect(serviceHere(env)).toEqual(expected))
