import { expect, test } from 'vitest'
import { callsInConfig, isConfigName } from './config-calls.ts'

const read = (text: string): readonly string[] =>
  callsInConfig(text).map((it) => `${it.by} ${it.host}:${it.port} @${it.line}`)

test.each<readonly [string, string, readonly string[]]>([
  ['YAML', 'pay:\n  url: http://ledger:81/pay', ['url ledger:81 @2']],
  ['properties', 'spring.datasource.url=jdbc:postgresql://db:5432/shop', ['spring.datasource.url db:5432 @1']],
  ['an environment', 'REDIS_HOST=redis:6379\n#OLD=http://old:80', ['REDIS_HOST redis:6379 @1']],
  ['nginx', 'location / {\n  proxy_pass http://cart:8080/;\n}', ['proxy_pass cart:8080 @2']],
  [
    'nginx, an upstream',
    'upstream cart {\n server cart-svc:80;\n}\nproxy_pass http://cart;',
    ['server cart-svc:80 @2'],
  ],
  ['nginx, PHP', 'fastcgi_pass php:9000;', ['fastcgi_pass php:9000 @1']],
  ['HAProxy', 'backend cart\n  server s1 cart:8080 check', ['server cart:8080 @2']],
  ['Envoy', 'socket_address:\n  address: cart\n  port_value: 8080', ['address cart:8080 @2']],
  ['Envoy, on one line', 'socket_address: { address: cart, port_value: 8080 }', ['socket_address cart:8080 @1']],
  ['JSON', '{\n  "url": "http://cart:8080",\n}', ['url cart:8080 @2']],
  ['a whole name without a port', 'host: cart.shop.svc.cluster.local', ['host cart.shop.svc.cluster.local:null @1']],
  ['a bare word without a port', 'host: cart', []],
  ['prose', 'description: see cart:80 and http_server', []],
  ['its own', 'listen: cart:80\nserver_name cart;', []],
  ['what others call it by', 'allowedOrigins: http://web:3000\naudience: http://cart:80\nbaseUrl: http://web:80', []],
  ['the same word, of another', 'cart:\n  baseUrl: http://cart:81', ['baseUrl cart:81 @2']],
  ['a secret', 'db_password: http://hunter2:80\nurl: http://user:hunter2@cart:80', ['url cart:80 @2']],
])('%s', (_what, text, wanted) => {
  expect(read(text)).toEqual(wanted)
  expect(JSON.stringify(callsInConfig(text))).not.toContain('hunter2')
})

test('settings by their names; no scripts, no samples, nothing of another place', () => {
  expect(['application.yaml', '.env', 'nginx.conf', 'haproxy.cfg'].map(isConfigName)).toEqual([true, true, true, true])
  expect(['run.sh', 'application-dev.yaml', 'config.example.yaml', 'README.md'].map(isConfigName)).toEqual([
    false,
    false,
    false,
    false,
  ])
})
