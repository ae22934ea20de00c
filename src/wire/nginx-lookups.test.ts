import { expect, test } from 'vitest'
import { nginxLookups } from './nginx-lookups.ts'

const hosts = (text: string) => nginxLookups(text).lookups.map((it) => [it.host, it.servers])
const dns = '10.96.0.10'

test('a variable in proxy_pass, with the resolver that holds there', () => {
  const text = `server {
  listen 8080;
  resolver ${dns} valid=10s ipv6=off;
  location / {
    set $backend http://cart:8080;
    proxy_pass $backend;
  }
}`
  expect(nginxLookups(text)).toMatchObject({
    lookups: [{ host: 'cart', line: 6, by: 'proxy_pass', servers: [dns] }],
    outer: null,
  })
})

test.each([
  [
    'the host alone',
    'server { resolver 1.1.1.1; set $up "cart.shop"; location / { proxy_pass http://$up:80; } }',
    'cart.shop',
  ],
  ['in braces', 'server { resolver 1.1.1.1; set $up cart; location / { proxy_pass http://${up}:80/x; } }', 'cart'],
  ['the path alone', 'server { resolver 1.1.1.1; location / { proxy_pass http://Cart:80$request_uri; } }', 'cart'],
  [
    'a map',
    'map $uri $up { default cart; } server { resolver 1.1.1.1; location / { proxy_pass http://$up; } }',
    'cart',
  ],
  ['a group that resolves', 'http { resolver 1.1.1.1; upstream x { zone x 1m; server cart:80 resolve; } }', 'cart'],
])('%s', (_, text, host) => expect(hosts(text)).toEqual([[host, ['1.1.1.1']]]))

test.each([
  ['no variable: the name is looked up when it starts', 'server { location / { proxy_pass http://cart:80; } }'],
  [
    'a group of its own',
    'upstream cart { server 10.0.0.1; } server { set $u cart; location / { proxy_pass http://$u; } }',
  ],
  ["the request's", 'server { location / { proxy_pass http://$http_x_backend; } }'],
  ['an address', 'server { set $u 10.0.0.1; location / { proxy_pass http://$u:80; } }'],
  ['one within another', 'server { set $ns shop; set $u cart.$ns.svc; location / { proxy_pass http://$u; } }'],
  ['a socket', 'server { set $u unix:/x.sock; location / { proxy_pass http://$u; } }'],
])('nobody: %s', (_, text) => expect(hosts(text)).toEqual([]))

test('of no block, of all servers, of the nearest', () => {
  const pass = 'set $u cart; location / { proxy_pass http://$u; }'
  expect(nginxLookups(`server { ${pass} }`)).toMatchObject({ lookups: [{ servers: null }], outer: null })
  expect(nginxLookups(`http { resolver [fd00::a]:53 kube-dns.x; server { ${pass} } }`)).toMatchObject({
    lookups: [{ servers: ['fd00::a', 'kube-dns.x'] }],
    outer: ['fd00::a', 'kube-dns.x'],
  })
  expect(hosts(`resolver 10.0.0.1; server { resolver ${dns}:5353; ${pass} }`)).toEqual([['cart', [dns]]])
})

test('hostile texts', () => {
  const many = `${'location / { '.repeat(20_000)} set $u a; proxy_pass $u;`
  expect(nginxLookups(many).lookups).toEqual([])
  for (const text of [
    '}',
    '{',
    'map',
    'map {',
    'set',
    'resolver;',
    'proxy_pass $;',
    'upstream {',
    `${'}'.repeat(1e5)}`,
  ])
    expect(() => nginxLookups(text)).not.toThrow()
})
