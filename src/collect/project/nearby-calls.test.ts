import { expect, test } from 'vitest'
import { createIntern } from '../../wire/intern.ts'
import { projectContainer } from './container.ts'
import { nearbyOf, notUnderstood } from './nearby-calls.ts'

const hostIp = (name: string) => ({ name, valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } })
const set = (values: Readonly<Record<string, string>>) => ({
  env: Object.entries(values).map(([name, value]) => ({ name, value })),
})
const read = (spec: Readonly<Record<string, unknown>>): string =>
  (nearbyOf(spec, createIntern()).nearby ?? []).map((it) => `${it.by} ${it.of}:${it.port}`).join(', ')

test.each<readonly [Readonly<Record<string, unknown>>, string]>([
  [{ args: ['--upstream=http://127.0.0.1:3000', '--http-address=0.0.0.0:4180'] }, '--upstream pod:3000'],
  [{ args: ['--upstream=http://localhost'] }, ''],
  [{ env: [{ name: 'REDIS_URL', value: 'redis://[::1]:6379/0' }] }, 'REDIS_URL pod:6379'],
  [{ env: [{ name: 'ALLOWED_ORIGINS', value: 'http://localhost:3000' }] }, ''],
  [{ env: [{ name: 'LISTEN_ADDR', value: 'localhost:3000' }] }, ''],
  [{ env: [{ name: 'DB_PASSWORD', value: 'http://localhost:3000' }] }, ''],
  [{ env: [{ name: 'URL', value: 'http://mylocalhost:3000' }] }, ''],
  [{ env: [hostIp('HOST_IP'), { name: 'OTEL_ENDPOINT', value: 'http://$(HOST_IP):4317' }] }, 'OTEL_ENDPOINT node:4317'],
  [
    {
      env: [
        { name: 'HOST_IP', value: 'x' },
        { name: 'OTEL_ENDPOINT', value: 'http://$(HOST_IP):4317' },
      ],
    },
    '',
  ],
  [set({ DATABASE_HOST: 'localhost', DATABASE_PORT: '5432' }), 'DATABASE_HOST pod:5432'],
  [set({ SERVER_HOST: 'localhost', SERVER_PORT: '5432' }), ''],
  [set({ HOST: '127.0.0.1', PORT: '3000' }), ''],
  [set({ DB_CONNECTION: 'Server=localhost,1433;Database=a;User Id=b' }), 'DB_CONNECTION pod:1433'],
  [{ args: ['--db-host=localhost', '--db-port=5432'] }, '--db-host pod:5432'],
  [{ args: ['--db-host', 'localhost', '--db-port', '5432'] }, '--db-host pod:5432'],
  [{ args: ['--host', 'localhost', '--port', '8080'] }, ''],
  [{ args: ['--server-host=localhost', '--server-port=8080'] }, ''],
  [{ env: [hostIp('DD_AGENT_HOST')] }, 'DD_AGENT_HOST node:8126'],
  [{ env: [hostIp('DD_AGENT_HOST'), { name: 'DD_TRACE_AGENT_PORT', value: '9126' }] }, 'DD_AGENT_HOST node:9126'],
  [{ env: [hostIp('DD_AGENT_HOST'), { name: 'DD_TRACE_AGENT_URL', value: 'unix:///var/run/dd' }] }, ''],
])('%j', (spec, expected) => expect(read(spec)).toBe(expected))

test.each([
  ['OTEL_EXPORTER_OTLP_ENDPOINT', { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' }, 'http'],
  ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'grpc'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', {}, undefined],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_SDK_DISABLED: 'true' }, undefined],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_TRACES_EXPORTER: 'none' }, 'grpc'],
  [
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_TRACES_EXPORTER: 'none' },
    undefined,
  ],
  ['OTHER_ENDPOINT', { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, undefined],
])('%s with %j', (name, more, expected) => {
  const env = Object.entries({ ...more, [name]: 'http://otel:4317' }).map(([one, value]) => ({ name: one, value }))
  expect(projectContainer({ env }, {}, createIntern(), false).calls?.[0]?.otlp).toBe(expected)
})

test.each([
  [set({ DB_HOST: 'Server=(localdb)' }), 1],
  [set({ DB_HOST: 'cart', A_URL: 'http://10.0.0.1', B_URL: '', C_HOST: 'localhost', D_URL: '/path' }), 0],
  [{ env: [{ name: 'DB_HOST', valueFrom: { secretKeyRef: { name: 'a', key: 'b' } } }] }, 1],
  [{ env: [hostIp('DB_HOST')] }, 0],
])('%j: what was not understood', (spec, expected) => expect(notUnderstood(spec)).toBe(expected))
