import { expect, test } from 'vitest'
import { snippetEffect } from './nginx-snippet.ts'

const nothing = { returns: null, denies: null, allows: 0 }

test.each([
  ['return 503;', { ...nothing, returns: 503 }],
  ['  return 503 "we are back soon; { }";\n', { ...nothing, returns: 503 }],
  ['return https://other.example.com$request_uri;', { ...nothing, returns: 302 }],
  ['# return 503;\nadd_header X 1;', nothing],
  ['if ($http_x = "a") { return 403; }', nothing],
  ['location /admin { return 404; }\nreturn 410;', { ...nothing, returns: 410 }],
  ['set $a "${b};return 503;";', nothing],
  ['allow 10.0.0.0/8;\nallow 192.168.0.0/16;\ndeny all;', { ...nothing, denies: 'all', allows: 2 }],
  ['deny 10.9.0.0/16;', { ...nothing, denies: 'some' }],
  ['more_set_headers "X-A: return 503;";', nothing],
  ['return', nothing],
  ['', nothing],
])('%j', (text, expected) => expect(snippetEffect(text)).toEqual(expected))

test('a long text takes no long time', () => {
  const before = performance.now()
  snippetEffect('"{#\\'.repeat(100_000))
  snippetEffect('${'.repeat(100_000))
  expect(performance.now() - before).toBeLessThan(2000)
})
