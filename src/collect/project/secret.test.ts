import { expect, test } from 'vitest'
import { createIntern } from '../../wire/intern.ts'
import { projectKeys, projectSecret } from './secret.ts'

/** Of shop.example.com and *.shop.example.com, until 2126; made with openssl for this test, its key thrown away. */
const pem = `-----BEGIN CERTIFICATE-----
MIIBqDCCAU6gAwIBAgIUJsuE55eRpcWEOCgUpgq9OM5Mak8wCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEc2hvcDAgFw0yNjExMzAwMDAxMzZaGA8yMTI2MTEwNjAwMDEz
NlowDzENMAsGA1UEAwwEc2hvcDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABM7V
KmJC0yZT23rP23+ibwUPzF8hztrzv7YTn+THNC8IzBEQemfKHbCr4FIQiyaGOS9C
kgQRFsTgIfXQWmhRBV6jgYUwgYIwHQYDVR0OBBYEFINNSiudS9JzdPrNlKGVLitr
9XmBMB8GA1UdIwQYMBaAFINNSiudS9JzdPrNlKGVLitr9XmBMA8GA1UdEwEB/wQF
MAMBAf8wLwYDVR0RBCgwJoIQc2hvcC5leGFtcGxlLmNvbYISKi5zaG9wLmV4YW1w
bGUuY29tMAoGCCqGSM49BAMCA0gAMEUCIGrJCbp7ToX9wCxeswzMYEgygrCPf4r+
Nuaas4XEzCvjAiEAisiFyBvsQKx6qdn5MrY6mCucF/j5QR75gO54uo20Qdk=
-----END CERTIFICATE-----
`
const base64 = (it: string): string => Buffer.from(it).toString('base64')
const secret = (data: object, type = 'kubernetes.io/tls'): object => ({
  metadata: { namespace: 'shop', name: 'web-tls' },
  type,
  data,
})
const of = (data: object, now: string | null = '2026-06-01T00:00:00Z') =>
  projectSecret(secret(data), createIntern(), now === null ? null : Date.parse(now))

test('what anybody who connects is shown, and the names of keys', () => {
  const found = of({ 'tls.crt': base64(pem), 'tls.key': base64('PRIVATE') })
  expect(found).toEqual({
    namespace: 'shop',
    name: 'web-tls',
    type: 'kubernetes.io/tls',
    keys: ['tls.crt', 'tls.key'],
    certificate: {
      hosts: ['shop.example.com', '*.shop.example.com'],
      until: '2126-11-06T00:01:36.000Z',
      when: 'valid',
      key: 'unread',
    },
  })
})

test('no byte of a value is kept', () => {
  const text = JSON.stringify(
    of({ 'tls.crt': base64(`${pem}hunter2`), 'tls.key': base64('hunter2'), password: 'hunter2' }),
  )
  expect(text).not.toMatch(/hunter2|aHVudGVyMg|BEGIN|MII/)
})

test.each([
  ['later than it is valid', '2130-01-01T00:00:00Z', 'over'],
  ['no time in the file', null, 'unsure'],
  ['a file older than the certificate: it is at least as old', '2001-01-01T00:00:00Z', 'valid'],
])('%s', (_, now, when) => expect(of({ 'tls.crt': base64(pem) }, now)?.certificate?.when).toBe(when))

test.each([
  ['blacked out', base64('***REDACTED***')],
  ['nothing', ''],
  ['no base64', '%%%'],
  ['too long', base64(pem).padEnd(200_000, 'A')],
  ['half of it', base64(pem.slice(0, 200))],
])('what can not be read is no certificate: %s', (_, value) => expect(of({ 'tls.crt': value })?.certificate).toBeNull())

test('a manifest writes it as text', () => {
  const raw = { ...secret({}), stringData: { 'tls.crt': pem } }
  expect(projectSecret(raw, createIntern(), null)?.certificate?.hosts).toEqual([
    'shop.example.com',
    '*.shop.example.com',
  ])
})

test('a ConfigMap by its keys, and what is no object', () => {
  const map = { metadata: { namespace: 'a', name: 'b' }, data: { 'ca.crt': pem }, binaryData: { x: 'eA==' } }
  expect(projectKeys(map, createIntern())).toEqual({ namespace: 'a', name: 'b', keys: ['ca.crt', 'x'] })
  expect(projectSecret({ metadata: {} }, createIntern(), null)).toBeNull()
})
