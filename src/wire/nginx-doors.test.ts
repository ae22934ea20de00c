import { expect, test } from 'vitest'
import { nginxDoors } from './nginx-doors.ts'

const lan = [
  { is: 'allow', of: '192.168.0.0/16' },
  { is: 'deny', of: null },
] as const
const list = 'allow 192.168.0.0/16;\n deny all;'
const deny = (line: number, rules: readonly object[] = lan) => ({ by: 'deny', status: 403, rules, line })
const answer = (text: string) => nginxDoors(text)[0]?.answers

test('a list of the server, of its only location, and around all servers', () => {
  expect(nginxDoors(`server {\n listen 8080;\n ${list}\n location / { root /x; }\n}`)).toEqual([
    { port: 8080, answers: deny(3) },
  ])
  expect(answer(`server {\n location / {\n ${list}\n }\n}`)).toEqual(deny(3))
  expect(answer(`http {\n${list}\nserver { listen [::]:80; location / { proxy_pass http://x; } }\n}`)).toEqual(deny(2))
  expect(answer('server { deny all; }')).toEqual(deny(1, [{ is: 'deny', of: null }]))
})

test.each([
  ['one for an administrator', `server { location / { } location /status { ${list} } }`],
  ['the rest is open', `server { location / { ${list} } location /hooks { proxy_pass http://x; } }`],
  ['lets all in again', `server { ${list} location / { allow all; } }`],
  ['hidden files', 'server { location ~ /\\.ht { deny all; } location / { } }'],
  ['allows alone', 'server { allow 10.0.0.0/8; }'],
  ['nothing', 'server { location / { } }'],
  ['one path of several', 'server { location / { return 404; } location /api { proxy_pass http://x; } }'],
  ['to another host', 'server { return 301 https://www.example.com$request_uri; }'],
  ['to another port', 'server { return 301 https://$host:8443$request_uri; }'],
  ['a page', "server { location / { return 200 'ok'; } }"],
])('nobody is kept out: %s', (_, text) => expect(answer(text)).toBe('all'))

test.each([
  ['real addresses', `server { set_real_ip_from 10.0.0.0/8; ${list} }`],
  ['another way in', `server { satisfy any; ${list} auth_basic x; }`],
  ['a condition', `server { if ($http_x = 1) { return 301 /; } ${list} }`],
  ['a file beside', `server { include /etc/nginx/allow.conf; deny all; }`],
  ['another status', `server { error_page 403 =200 /x; deny all; }`],
  ['a location within', 'server { location / { deny all; location /a { allow all; } } }'],
  ['a placeholder', 'server { allow ${LAN}; deny all; }'],
  ['a socket', 'server { listen unix:/x.sock; deny all; }'],
])('not to be told: %s', (_, text) => expect(answer(text)).toBe('unsure'))

test('a server that returns, and one of two', () => {
  const said = { by: 'return', status: 403, rules: [], line: 1 }
  expect(answer('server { return 403; }')).toEqual(said)
  expect(answer('server { location = /healthz { return 200; } location / { return 403; } }')).toEqual(said)
  expect(nginxDoors('server { listen 80 default_server; return 444; } server { listen 80; server_name a; }')).toEqual([
    { port: 80, answers: { ...said, status: 444 } },
    { port: 80, answers: 'all' },
  ])
})

test('to https, of the same host', () => {
  const led = { by: 'https', status: 301, rules: [], line: 1 }
  expect(answer('server { return 301 https://$host$request_uri; }')).toEqual(led)
  const acme = 'location /.well-known/acme-challenge/ { root /x; }'
  expect(answer(`server { ${acme} location / { return 301 https://$http_host$uri; } }`)).toEqual(led)
  expect(answer('server { if ($http_x_forwarded_proto = http) { return 301 https://$host$uri; } }')).toBe('unsure')
})

test('hostile texts are no trouble', () => {
  for (const text of ['', '}', 'server {', 'location / { deny', `server {${'location / {'.repeat(5000)}`])
    expect(() => nginxDoors(text)).not.toThrow()
})
