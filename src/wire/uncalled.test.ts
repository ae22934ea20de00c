import { expect, test } from 'vitest'
import { isUncalled } from './uncalled.ts'

test.each<readonly [string, boolean]>([
  ['XMLNS', true],
  ['xmlns:soap', true],
  ['SOAP_NAMESPACE', true],
  ['targetNamespace', true],
  ['namespaceUri', true],
  ['SAML_ENTITY_ID', true],
  ['JWT_AUDIENCE', true],
  ['-Dcors.allowedOrigins', true],
  ['redirectUris', true],
  ['CALLBACK_SERVICE_URL', false],
  ['NAMESPACE_SERVICE_URL', false],
  ['SCHEMA_REGISTRY_URL', false],
  ['ORIGIN_URL', false],
  ['issuer-uri', false],
  ['app baseUrl', true],
  ['baseUrl', true],
  ['cart baseUrl', false],
  ['CART_BASE_URL', false],
  ['cart hostname', false],
  ['hostname', true],
  ['annotations url', true],
  ['node url', false],
  ['public url', false],
  ['cors url', false],
])('%s: %s', (path, expected) => expect(isUncalled(path.split(' '))).toBe(expected))

test('of a name of a megabyte only the end is looked at', () => {
  expect(isUncalled([`${'a-'.repeat(500_000)}AUDIENCE`])).toBe(true)
})
