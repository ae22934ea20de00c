import { createPrivateKey } from 'node:crypto'
import { expect, test } from 'vitest'
import { tlsContent } from './tls-content.ts'

/** Of R11, which Root issued; `ofRoot` is by Root itself. Made with openssl for this test, until 2126. */
const leaf =
  'MIIBfTCCASOgAwIBAgIUU4cK1xo2X0kKBt0DalQtUh2FtjswCgYIKoZIzj0EAwIwDjEMMAoGA1UEAwwDUjExMCAXDTI2MTEzMDIw' +
  'MTAyN1oYDzIxMjYxMTA2MjAxMDI3WjAMMQowCAYDVQQDDAFsMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEcvPcK99VlfI7E1tJ' +
  'jzXPah5a58q4JfcoHyMikeVbMcQBX6KGVrDGtakRLKSIXYEDIkgl7qsn6oa5I5kX7nJ1d6NfMF0wGwYDVR0RBBQwEoIQc2hvcC5l' +
  'eGFtcGxlLmNvbTAdBgNVHQ4EFgQU8LzsuiZ52FaacLNDc4sARkO/gRUwHwYDVR0jBBgwFoAUhqMjcRlyZtcWaM3OQub36loGfO4w' +
  'CgYIKoZIzj0EAwIDSAAwRQIgCNlal/YXqnLe0VURAftGUWSeZZm+qy4lkJdPZjnmqB4CIQDEz4Cq547uTdkn022mojBh6y26wj40' +
  'xe9dtajiouGjIg=='
const middle =
  'MIIBdDCCARqgAwIBAgIUeQpK//lKRjflGEajtbJyGrHp9fwwCgYIKoZIzj0EAwIwDzENMAsGA1UEAwwEUm9vdDAgFw0yNjExMzAy' +
  'MDEwMjdaGA8yMTI2MTEwNjIwMTAyN1owDjEMMAoGA1UEAwwDUjExMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE1abxFLnPkqUR' +
  '0vxRALtngxZCR4Ns388muEwqGuSb8NU5Gvi1hdlEUdIs0xxOtNoFkC+LFZJoWqERM0uM+bWPfqNTMFEwDwYDVR0TAQH/BAUwAwEB' +
  '/zAdBgNVHQ4EFgQUhqMjcRlyZtcWaM3OQub36loGfO4wHwYDVR0jBBgwFoAUPdEgy73umZSCRYncXzFYeFFd2RcwCgYIKoZIzj0E' +
  'AwIDSAAwRQIhAOlc3mJmE+GeQQqy7Mpw+479VQ2FdKKDPT3BkLxemXL8AiAS9EC2fasV7nRoI46VRLxwqydtYhiF3uITidh2Kki7' +
  'vg=='
const ofRoot =
  'MIIBfzCCASSgAwIBAgIUeQpK//lKRjflGEajtbJyGrHp9f0wCgYIKoZIzj0EAwIwDzENMAsGA1UEAwwEUm9vdDAgFw0yNjExMzAy' +
  'MDEwMjdaGA8yMTI2MTEwNjIwMTAyN1owDDEKMAgGA1UEAwwBbDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABHLz3CvfVZXyOxNb' +
  'SY81z2oeWufKuCX3KB8jIpHlWzHEAV+ihlawxrWpESykiF2BAyJIJe6rJ+qGuSOZF+5ydXejXzBdMBsGA1UdEQQUMBKCEHNob3Au' +
  'ZXhhbXBsZS5jb20wHQYDVR0OBBYEFPC87LomedhWmnCzQ3OLAEZDv4EVMB8GA1UdIwQYMBaAFD3RIMu97pmUgkWJ3F8xWHhRXdkX' +
  'MAoGCCqGSM49BAMCA0kAMEYCIQDerAnjdHsduFYt1b+N9uF5etvc/+2j36s/fdk6uWu6JgIhAKjP5Ozlf5Kna53YlAXGl7YKaMbE' +
  'RBEcVLvCFrdywnJm'
const root =
  'MIIBdTCCARugAwIBAgIUUj1V2T1VMvqZAlFHEmIvFLpghXUwCgYIKoZIzj0EAwIwDzENMAsGA1UEAwwEUm9vdDAgFw0yNjExMzAy' +
  'MDEwMjdaGA8yMTI2MTEwNjIwMTAyN1owDzENMAsGA1UEAwwEUm9vdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABJ95LGcKx/fZ' +
  'DsADfzWqZcK1QHDi/alhouxIYtr/Edrh+rkpUDoI5iwaV65nGIRa7XWxuuB1NpOvBKDGbbXgLR6jUzBRMB0GA1UdDgQWBBQ90SDL' +
  've6ZlIJFidxfMVh4UV3ZFzAfBgNVHSMEGDAWgBQ90SDLve6ZlIJFidxfMVh4UV3ZFzAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49' +
  'BAMCA0gAMEUCIEzL9AWHhadYGrr/R9n/lTyeoP3/cQ1Qm33KFASLebG+AiEAlZVtR6fKGAvIC9Z0CvLSK8/f3FheSVb5Q0Hwx6Vc' +
  'UyA='
const request =
  'MIHGMG4CAQAwDDEKMAgGA1UEAwwBbDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABHLz3CvfVZXyOxNbSY81z2oeWufKuCX3KB8j' +
  'IpHlWzHEAV+ihlawxrWpESykiF2BAyJIJe6rJ+qGuSOZF+5ydXegADAKBggqhkjOPQQDAgNIADBFAiAAplBXBVeAiguYItvLtLEk' +
  '5xXH3abOHRnRmjZdIQZMggIhALSLaaf2zozT/WxH7fOY/ovLO0Lug9j4WdY4DgVPbKpb'
/** Its parts, so that no key lies in a file. */
const parts = {
  kty: 'EC',
  crv: 'P-256',
  x: 'cvPcK99VlfI7E1tJjzXPah5a58q4JfcoHyMikeVbMcQ',
  y: 'AV-ihlawxrWpESykiF2BAyJIJe6rJ-qGuSOZF-5ydXc',
  d: '8L_rbZZqtx7HXXllc92MWBDta2zNhBBXSESudTwI9IM',
}

const base64 = (it: string | Buffer): string => Buffer.from(it).toString('base64')
const pem = (of: string, label = 'CERTIFICATE'): string =>
  `-----BEGIN ${label}-----\n${of.replace(/(.{64})/g, '$1\n')}\n-----END ${label}-----\n`
const key = base64(createPrivateKey({ format: 'jwk', key: parts }).export({ format: 'pem', type: 'pkcs8' }))
const now = Date.parse('2027-06-01T00:00:00Z')
const of = (certificate: string, more: { key?: string | null; authority?: string } = {}) =>
  tlsContent(
    {
      certificate: base64(certificate),
      key: more.key === undefined ? key : more.key,
      authority: more.authority === undefined ? null : base64(more.authority),
    },
    now,
  )

test.each([
  ['its own', leaf, key, 'fits'],
  ['that of another: the order is wrong', middle, key, 'other'],
  ['blacked out', leaf, base64('***'), 'unread'],
  ['empty', leaf, '', 'unread'],
  ['not there', leaf, null, 'unread'],
])('the key: %s', (_, certificate, its, says) => {
  expect(of(pem(certificate), { key: its }).certificate?.key).toBe(says)
})

test.each([
  ['its issuer beside it', pem(leaf) + pem(middle), null],
  ['alone', pem(leaf), { name: 'R11', looks: 'intermediate' }],
  ['another beside it', pem(leaf) + pem(root), { name: 'R11', looks: 'intermediate' }],
  ['alone, of a root', pem(ofRoot), { name: 'Root', looks: 'unsure' }],
  ['signed by itself', pem(root), null],
  ['what does not parse beside it', `${pem(leaf)}-----BEGIN CERTIFICATE-----\nAAAA`, null],
])('the chain: %s', (_, text, says) => expect(of(text).certificate?.issuer ?? null).toEqual(says))

test('cert-manager names the authority beside it', () => {
  expect(of(pem(ofRoot), { authority: pem(root) }).certificate?.issuer).toBeUndefined()
  expect(of(pem(leaf), { authority: pem(middle) }).certificate?.issuer?.looks).toBe('intermediate')
})

test.each([
  ['a request', pem(request, 'CERTIFICATE REQUEST'), { is: 'request', sure: true }],
  ['a key', pem('AAAA', 'EC PRIVATE KEY'), { is: 'key', sure: true }],
  ['in base64 twice', base64(pem(leaf)), { is: 'twice', sure: true }],
  ['nothing', '', { is: 'empty', sure: true }],
  ['half of it', pem(leaf.slice(0, 200)), { is: 'broken', sure: true }],
  ['text', 'see the wiki', { is: 'other', sure: true }],
])('no certificate: %s', (_, text, says) => expect(of(text)).toEqual({ certificate: null, content: says }))

test('in DER, which no controller reads', () => {
  const values = { certificate: leaf, key, authority: null }
  expect(tlsContent(values, now)).toEqual({ certificate: null, content: { is: 'binary', sure: true } })
})

test.each([
  ['nothing, as somebody may have emptied it', '', { is: 'empty', sure: false }],
  ['a damaged one', pem('AAAA'), { is: 'broken', sure: false }],
  ['blacked out', '***REDACTED***', undefined],
  ['short', 'none', undefined],
])('with no key beside it: %s', (_, text, says) => expect(of(text, { key: null }).content).toEqual(says))

test('what the API did not store so', () => {
  expect(tlsContent({ certificate: '***', key, authority: null }, now)).toEqual({ certificate: null })
  expect(tlsContent({ certificate: 'A'.repeat(200_000), key, authority: null }, now)).toEqual({ certificate: null })
})
