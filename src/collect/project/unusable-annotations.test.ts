import { expect, test } from 'vitest'
import { unusableOf } from './unusable-annotations.ts'

test.each([
  ['proxy-read-timeout', '600s', 'number'],
  ['proxy-read-timeout', '600', undefined],
  ['proxy-read-timeout', '', undefined],
  ['proxy-read-timeout', '10m', 'number'],
  ['limit-rps', '5r/s', 'number'],
  ['canary-weight', '10%', 'number'],
  ['proxy-body-size', '50m', undefined],
  ['proxy-buffering', 'on', undefined],
  ['force-ssl-redirect', 'yes', 'true or false'],
  ['force-ssl-redirect', 'True', undefined],
  ['force-ssl-redirect', 'no', undefined],
  ['ssl-redirect', 'off', 'true or false'],
  ['ssl-redirect', 'on', undefined],
  ['use-regex', 'enabled', 'true or false'],
])('%s: %s wants %s', (key, value, wants) => {
  const { unusable } = unusableOf({ [`nginx.ingress.kubernetes.io/${key}`]: value })
  expect(unusable).toEqual(wants === undefined ? undefined : [{ annotation: key, wants }])
})

test('of F5 the same is right', () => {
  expect(unusableOf({ 'nginx.org/proxy-read-timeout': '600s' })).toEqual({})
})
