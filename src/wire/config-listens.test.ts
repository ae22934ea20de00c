import { expect, test } from 'vitest'
import { type ConfigKind, configOf, listensInConfig } from './config-listens.ts'

const read = (kind: ConfigKind, text: string, isNamed = true): readonly string[] =>
  listensInConfig({ kind, isNamed }, text).map(
    (it) => `${it.by} ${it.host}:${it.port} @${it.line}${it.isDefault === true ? ' by itself' : ''}`,
  )

test.each<readonly [ConfigKind, string, readonly string[]]>([
  ['redis', '# x\nbind 127.0.0.1 -::1\nport 6379\n', ['bind 127.0.0.1:6379 @2']],
  ['redis', 'bind 0.0.0.0\n', ['bind 0.0.0.0:6379 @1']],
  ['redis', 'bind * -::*\nport 6380', ['bind 0.0.0.0:6380 @1']],
  ['redis', 'bind 127.0.0.1 10.0.0.7', ['bind 0.0.0.0:6379 @1']],
  ['redis', 'maxmemory 10mb', []],
  ['redis', 'bind 127.0.0.1\ninclude /etc/other.conf', []],
  ['postgres', "listen_addresses = 'localhost' # only us", ['listen_addresses localhost:5432 @1']],
  ['postgres', "listen_addresses = '*'\nport = 5433", ['listen_addresses 0.0.0.0:5433 @1']],
  ['postgres', 'max_connections = 100', ['listen_addresses localhost:5432 @1 by itself']],
  ['postgres', "max_connections = 100\ninclude_dir = 'conf.d'", []],
  ['mysql', '[client]\nport=1\n[mysqld]\nbind-address = 127.0.0.1', ['bind-address 127.0.0.1:3306 @4']],
  ['mysql', '[client]\nbind-address=127.0.0.1', []],
  ['mysql', '[mysqld]\nbind-address=127.0.0.1\n!includedir /etc/mysql/conf.d/', []],
  ['mongod', 'net:\n  port: 27017\n  bindIp: 127.0.0.1 # x', ['net.bindIp 127.0.0.1:27017 @3']],
  ['mongod', 'net:\n  bindIp: localhost,10.0.0.7', ['net.bindIp 0.0.0.0:27017 @2']],
  ['mongod', 'net:\n  bindIp: 127.0.0.1\n  bindIpAll: true', ['net.bindIpAll 0.0.0.0:27017 @3']],
  ['mongod', 'net:\n  bindIp: 127.0.0.1\n  bindIpAll: false', ['net.bindIp 127.0.0.1:27017 @2']],
  ['rabbitmq', 'listeners.tcp.local = 127.0.0.1:5672', ['listeners.tcp.local 127.0.0.1:5672 @1']],
  ['rabbitmq', 'listeners.tcp.default = 5672', ['listeners.tcp.default 0.0.0.0:5672 @1']],
  ['mosquitto', 'persistence true', ['mosquitto localhost:1883 @1 by itself']],
  ['mosquitto', 'listener 1883', ['listener 0.0.0.0:1883 @1']],
  ['mosquitto', 'listener 1883 127.0.0.1', ['listener 127.0.0.1:1883 @1']],
  ['nginx', 'server {\n  listen 127.0.0.1:80;\n}', ['listen 127.0.0.1:80 @2']],
  [
    'nginx',
    'server {\n listen 80 default_server;\n listen [::]:80;\n listen unix:/x; }',
    ['listen 0.0.0.0:80 @2', 'listen 0.0.0.0:80 @3'],
  ],
  ['nginx', 'server {\n listen ${PORT};\n listen 127.0.0.1:80;\n}', []],
  ['httpd', 'Listen 127.0.0.1:80', ['Listen 127.0.0.1:80 @1']],
  ['haproxy', 'frontend x\n  bind *:80\n  bind :443 ssl', ['bind 0.0.0.0:80 @2', 'bind 0.0.0.0:443 @3']],
  ['spring', 'server:\n  address: 127.0.0.1\n  port: 8080', ['server.address 127.0.0.1:8080 @2']],
  ['spring', 'server.port: 9090\nmanagement:\n  server:\n    port: 8081', ['server.port null:9090 @1']],
  ['spring', 'server:\n  port: ${PORT:8080}', []],
  ['spring', 'server:\n  port: 9090\nspring:\n  profiles:\n    active: prod', []],
  ['springProperties', 'server.address=127.0.0.1\nserver.port=8080', ['server.address 127.0.0.1:8080 @1']],
  ['grafana', '[server]\nhttp_addr = 127.0.0.1\n[smtp]\nhost = x', ['http_addr 127.0.0.1:3000 @2']],
  ['elasticsearch', 'network.host: _local_', ['network.host localhost:9200 @1']],
])('%s: %j', (kind, text, wanted) => {
  expect(read(kind, text)).toEqual(wanted)
})

test('without its name on the command line a part of PostgreSQL tells nothing of the rest', () => {
  expect(read('postgres', 'max_connections = 100', false)).toEqual([])
})

test.each<readonly [string, readonly string[], string | null]>([
  ['/usr/local/etc/redis/redis.conf', ['redis-server', '/usr/local/etc/redis/redis.conf'], 'redis'],
  ['/usr/local/etc/redis/redis.conf', ['redis-server'], null],
  ['/usr/local/etc/redis/redis.conf', ['sh', '-c', 'exec redis-server /usr/local/etc/redis/redis.conf.d/x'], null],
  ['/etc/postgresql/postgresql.conf', ['-c', 'config_file=/etc/postgresql/postgresql.conf'], 'postgres'],
  ['/etc/mysql/conf.d/ours.cnf', [], 'mysql'],
  ['/etc/nginx/conf.d/default.conf', [], 'nginx'],
  ['/app/config/application.yaml', [], 'spring'],
  ['/etc/app/nginx.txt', ['/etc/app/nginx.txt'], null],
])('%s with %j is of %s', (path, words, kind) => {
  expect(configOf(path, words)?.kind ?? null).toBe(kind)
})

test.each([
  ['listen 8080;', ['IPv4']],
  ['listen 0.0.0.0:8080 default_server;', ['IPv4']],
  ['listen [::]:8080;', ['IPv6']],
  ['listen [::]:8080 ipv6only=off;', [undefined]],
  ['listen 8080;\nlisten [::]:8080;', ['IPv4', 'IPv6']],
])('of which family nginx listens: %s', (lines, only) => {
  const text = `server {\n${lines}\n}\n`
  expect(listensInConfig({ kind: 'nginx', isNamed: true }, text).map((it) => it.only)).toEqual(only)
})

test.each([
  ['bind 0.0.0.0', 'IPv4'],
  ['bind * -::*', undefined],
  ['bind 0.0.0.0 ::', undefined],
])('of which family Redis listens: %s', (line, only) => {
  expect(listensInConfig({ kind: 'redis', isNamed: true }, `${line}\n`)[0]?.only).toBe(only)
})
