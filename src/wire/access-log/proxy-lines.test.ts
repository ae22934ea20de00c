import { expect, test } from 'vitest'
import { isOwnWord, proxyLines } from './proxy-lines.ts'

const request = (agent = 'curl/8'): string =>
  `[2026-11-28T10:56:37.123Z] "GET / HTTP/1.1" 503 UF 0 19 5 - "-" "${agent}" "id" "web.example.com" "10.2.0.4:80"`

test('requests, but for those of hopscope', () => {
  const found = proxyLines([request(), request('hopscope'), '[2026-11-28 10:56:37.123][1][info][main] up'], 'envoy')
  expect([found.lines, found.requests.length, found.unread]).toEqual([3, 1, 0])
})

test('a format of somebody’s, and one of another program, are not read', () => {
  const nginx = '{"status":503,"method":"GET","path":"/"}'
  expect(proxyLines(['GET / 503 web', nginx, '{"code":503,"host":"web"}'], 'envoy')).toMatchObject({
    requests: [],
    unread: 3,
  })
})

test.each([
  '[2026-11-28 10:56:37.123][1][warning][config] [source/server.cc:1] it',
  'time="2026-11-28T10:56:37Z" level=info msg="Configuration loaded"',
  '2026-11-28T10:56:37Z ERR Skipping service: no endpoints found',
  '2026/11/28 10:56:37 INFO    controller/pods.go:10 x',
  'I1128 10:56:37.123456       1 controller.go:208] x',
  '[WARNING]  (25) : Server shop_web_80/SRV_1 is DOWN',
  '<133>Nov 28 10:00:00 haproxy[25]: Server shop_web_80/SRV_1 is DOWN, reason: Layer4 connection problem',
  '{"level":"info","ts":"2026","msg":"started"}',
  '',
])('%j is its own word', (line) => expect(isOwnWord(line)).toBe(true))

test.each(['GET / 503 web', '{"status":503,"level":"info"}', '10.0.0.1 - 503', 'web 503 UF'])(
  '%j may be a request',
  (line) => expect(isOwnWord(line)).toBe(false),
)
