import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { redactCorefile } from './redact-corefile.ts'
import { redactText } from './secrets.ts'

test.each([
  ['forward . https://user:hunter2@dns.example/q', 'forward . https://[redacted]@dns.example/q'],
  ['GET / Authorization: Bearer hunter2.abc', 'GET / Authorization: Bearer [redacted]'],
  ['password=hunter2 user=me', 'password=[redacted] user=me'],
  ['Authorization: Bearer abc.def-123', 'Authorization: Bearer [redacted]'],
  ['token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln is bad', 'token [redacted] is bad'],
  ['{"client-secret":"hunter2","a":1}', '{"client-secret":"[redacted]","a":1}'],
  ['access_token=abc&x=1 y', 'access_token=[redacted] y'],
  ['-----BEGIN EC PRIVATE KEY-----\nabc\n-----END EC PRIVATE KEY----- rest', '[redacted] rest'],
  ['Action.pass: Not found, in spec.password: not found', 'Action.pass: Not found, in spec.password: not found'],
  ['pass: Nothing found', 'pass: [redacted] found'],
  ['pass: Not', 'pass: [redacted]'],
  ['--password not found', '--password [redacted] found'],
  ['password=not found', 'password=[redacted] found'],
  ['pass: Not found, password: hunter2', 'pass: Not found, password: [redacted]'],
  ['configmaps "web" already exists', 'configmaps "web" already exists'],
  ['no file /home/me/hopscope/2026-11-29T194359-shop.hops', 'no file /home/me/hopscope/2026-11-29T194359-shop.hops'],
  ['no file /home/me/hopscope/2026-11-29T194359-shop.hopsX', 'no file [redacted].hopsX'],
  ['one: trace 4bf92f3577b34da6a3ce929d0e0e4736, 2 s', 'one: trace 4bf92f3577b34da6a3ce929d0e0e4736, 2 s'],
  ['4bf92f3577b34da6a3ce929d0e0e4736', '[redacted]'],
  ['key wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY.', 'key [redacted].'],
  ['10.2.1.9 - - "GET /cart" 503', '10.2.1.9 - - "GET /cart" 503'],
])('%s', (text, expected) => expect(redactText(text)).toBe(expected))

test('a Corefile keeps its shape', () => {
  const text =
    '.:53 {\n    errors\n    azure rg:zone {\n        client_secret hunter2\n    }\n    route53 example.com:Z1 {\n        aws_access_key AKIA hunter2\n    }\n    etcd {\n        credentials root hunter2\n    }\n}\n'
  const redacted = redactCorefile(text)
  expect(redacted).not.toContain('hunter2')
  expect(redacted.split('\n').length).toBe(text.split('\n').length)
  expect(redacted).toContain('        client_secret [redacted]\n')
})

test("kubeadm's Corefile is as it was", () => {
  const text =
    '.:53 {\n    errors\n    health {\n       lameduck 5s\n    }\n    kubernetes cluster.local in-addr.arpa ip6.arpa {\n       pods insecure\n    }\n    forward . /etc/resolv.conf {\n       max_concurrent 1000\n    }\n}\n'
  expect(redactCorefile(text)).toBe(text)
})

test('once is enough', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^(https:\/\/|a:b@|token=|secret |[ \n{}]){0,8}$/)), (text) => {
      expect(redactText(redactText(text))).toBe(redactText(text))
      expect(redactCorefile(redactCorefile(text))).toBe(redactCorefile(text))
    }),
  )
})

test('never lets a bearer token through', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[\w.~+/-]{12,40}$/), fc.string(), (token, before) => {
      expect(redactText(`${before} Bearer ${token}`)).not.toContain(token)
    }),
  )
})

test('of a template of the Corefile: when it answers, and nothing of what', () => {
  const told = redactCorefile(
    '.:53 {\n  template IN A corp.example {\n    match ^ads\n    answer "{{ .Name }} 60 IN TXT hunter2"\n    rcode NXDOMAIN\n  }\n}\n',
  )
  expect(told).toContain('template IN A corp.example {')
  expect(told).toContain('match ^ads')
  expect(told).toContain('rcode NXDOMAIN')
  expect(told).not.toMatch(/hunter2|Name/)
})

test('the password of an address, with a scheme or without, whatever stands around it', () => {
  const before = fc.constantFrom(
    '',
    'https://',
    'http://',
    'PROXY=',
    'a=1,PROXY=',
    '--proxy=',
    'at ',
    '`',
    '"',
    'x=y,',
    '(',
  )
  const behind = fc.constantFrom(
    '',
    '/x?a=b',
    '?mail=c@d.test',
    '/?next=https://e.test/',
    ',b=2',
    '/x?f=g,h',
    ' is no URL',
    '`',
  )
  // Of those which end a user's name none; all others that an address may have there.
  const password = fc.stringMatching(/^[\w=,?!$&*+.~%-]{0,8}$/)
  fc.assert(
    fc.property(before, fc.stringMatching(/^[a-z][\w.-]{0,8}$/), password, behind, (head, user, some, tail) => {
      expect(redactText(`${head}${user}:x${some}Hunter2Hunter2@web.test:8443${tail}`)).not.toContain('Hunter2Hunter2')
    }),
    { numRuns: 3000 },
  )
})
