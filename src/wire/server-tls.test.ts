import { expect, test } from 'vitest'
import { serverTls, type TlsTold } from './server-tls.ts'

const told = (image: string, about: Partial<TlsTold> = {}): 'on' | 'off' | null =>
  serverTls({ image, words: [], env: [], paths: [], isOpen: false, ...about })

test.each<[string, string, Partial<TlsTold>, 'on' | 'off' | null]>([
  ['Redis that is told nothing', 'redis:7', {}, 'off'],
  ['of a registry', 'docker.io/library/redis@sha256:0', {}, 'off'],
  ['with its data', 'redis:7', { paths: ['/data'] }, 'off'],
  ['with a port for TLS', 'redis:7', { words: ['redis-server', '--tls-port', '6379', '--port', '0'] }, 'on'],
  ['with a port for TLS beside the plain one', 'redis:7', { words: ['redis-server', '--tls-port', '6380'] }, null],
  ['with a file of settings', 'redis:7', { words: ['redis-server', '/etc/redis.conf'] }, null],
  ['with something mounted', 'redis:7', { paths: ['/usr/local/etc/redis'] }, null],
  ['with an environment of a Secret', 'redis:7', { isOpen: true }, null],
  ['by its image', 'bitnami/redis:7', { env: [{ name: 'REDIS_TLS_ENABLED', value: 'yes' }] }, 'on'],
  [
    'by its image, on a port beside',
    'bitnami/redis:7',
    {
      env: [
        { name: 'REDIS_TLS_ENABLED', value: 'yes' },
        { name: 'REDIS_TLS_PORT_NUMBER', value: '6380' },
      ],
    },
    null,
  ],
  ['by its image, and not', 'bitnami/redis:7', { env: [{ name: 'REDIS_TLS_ENABLED', value: 'no' }] }, null],
  ['PostgreSQL', 'postgres:16', { env: [{ name: 'POSTGRES_DB', value: 'app' }] }, 'off'],
  ['PostgreSQL with ssl, which takes both', 'postgres:16', { words: ['-c', 'ssl=on'] }, null],
  ['PostgreSQL whose scripts are mounted', 'postgres:16', { paths: ['/docker-entrypoint-initdb.d'] }, null],
  ['MongoDB', 'mongo:7', { words: ['--tlsMode', 'requireTLS'] }, 'on'],
  ['MongoDB that takes both', 'mongo:7', { words: ['--tlsMode', 'preferTLS'] }, null],
  ['an operator, which sets it up', 'ghcr.io/cloudnative-pg/postgresql:16', {}, null],
  ['an exporter', 'oliver006/redis_exporter:v1', {}, null],
])('%s', (_, image, about, is) => {
  expect(told(image, about)).toBe(is)
})
