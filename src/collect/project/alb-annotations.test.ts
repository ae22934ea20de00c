import { expect, test } from 'vitest'
import { albListensOf } from './alb-annotations.ts'

const alb = 'alb.ingress.kubernetes.io/'
const http = { protocol: 'HTTP', port: 80 }
const https = { protocol: 'HTTPS', port: 443 }

test.each([
  ['nothing is said', {}, { on: [http] }],
  ['a certificate', { 'certificate-arn': 'arn:x' }, { on: [https], told: true }],
  ['ports', { 'listen-ports': '[{"HTTP": 80}, {"HTTPS": 443}]' }, { on: [http, https], told: true }],
  ['both in one', { 'listen-ports': '[{"HTTP": 80, "HTTPS": 443}]' }, { on: [http, https], told: true }],
  ['no JSON', { 'listen-ports': '80,443' }, { on: null, told: true }],
  ['none', { 'listen-ports': '[]' }, { on: null, told: true }],
  ['a redirect in a group', { 'ssl-redirect': '443', 'group.name': 'a' }, { on: [http], redirect: 443, group: 'a' }],
])('%s', (_, said, expected) => {
  const annotations = Object.fromEntries(Object.entries(said).map(([key, value]) => [alb + key, value]))
  expect(albListensOf(annotations, 'alb')).toEqual({ albListens: expected })
})

test('of another controller nothing is kept', () => expect(albListensOf({}, 'nginx')).toEqual({}))
