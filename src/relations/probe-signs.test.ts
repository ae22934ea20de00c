import { expect, test } from 'vitest'
import { probeSign } from './probe-signs.ts'

test.each([
  ['Get "http://10.2.2.1:8443/": … malformed HTTP response "\\x15\\x03\\x03\\x00\\x02\\x02P"', /scheme: HTTPS/],
  ['Get "https://10.2.2.1:8080/": http: server gave HTTP response to HTTPS client', /scheme: HTTP$/],
  ['… malformed HTTP response "\\x00\\x00\\x06\\x04\\x00\\x00"', /grpc/],
  ['HTTP probe failed with statuscode: 400', /DJANGO_ALLOWED_HOSTS may leave out/],
  ['HTTP probe failed with statuscode: 403', /DJANGO_ALLOWED_HOSTS/],
])('%s', (said, expected) => {
  expect(probeSign(said, { hostList: 'DJANGO_ALLOWED_HOSTS' })).toMatch(expected)
})

test.each(['HTTP probe failed with statuscode: 500', 'dial tcp 10.2.2.1:80: connect: connection refused', ''])(
  'says no more: %s',
  (said) => expect(probeSign(said, { hostList: 'DJANGO_ALLOWED_HOSTS' })).toBeNull(),
)

test('400 of a program of which nothing is known', () => {
  expect(probeSign('HTTP probe failed with statuscode: 400', {})).toBeNull()
})
