import { expect, test } from 'vitest'
import { createIntern } from '../../wire/intern.ts'
import { projectCertificate, projectIssuer, projectIssuerName } from './cert-manager.ts'

const about = (kind: string, spec: object, apiVersion = 'cert-manager.io/v1') => ({
  apiVersion,
  kind,
  metadata: { namespace: 'shop', name: 'web' },
  spec,
})
const wanted = { namespace: 'shop', name: 'web', secret: 'web-tls' }
const acme = (host: string) => ({ acme: { server: `https://${host}/directory` } })

test.each([
  [
    about('Certificate', { secretName: 'web-tls', dnsNames: ['Web.example.com'], issuerRef: { name: 'le' } }),
    { ...wanted, hosts: ['web.example.com'], issuer: { kind: 'Issuer', name: 'le' } },
  ],
  [
    about('Certificate', { secretName: 'web-tls', issuerRef: { name: 'pca', kind: 'AWSPCAIssuer' } }),
    { ...wanted, hosts: [], issuer: null },
  ],
  [about('Certificate', { dnsNames: ['a.example'] }), null],
  [about('Certificate', { secretName: 'web-tls' }, 'networking.internal.knative.dev/v1'), null],
  [null, null],
])('%j', (raw, expected) => {
  expect(projectCertificate(raw, createIntern())).toEqual(expected)
})

test.each([
  ['acme-staging-v02.api.letsencrypt.org', 'staging'],
  ['dv.acme-v02.test-api.pki.goog', 'staging'],
  ['api.test4.buypass.no', 'staging'],
  ['acme-v02.api.letsencrypt.org', 'other'],
  ['acme-staging.example.com', 'other'],
])('%s is %s', (server, is) => {
  expect(projectIssuer(about('ClusterIssuer', acme(server)))).toEqual({
    kind: 'ClusterIssuer',
    namespace: null,
    name: 'web',
    server,
    is,
  })
  expect(projectIssuer(about('Issuer', acme(server)))?.namespace).toBe('shop')
})

test.each([about('ClusterIssuer', { selfSigned: {} }), about('Issuer', { acme: { server: 'no url' } }), null])(
  '%j is no ACME issuer',
  (raw) => {
    expect(projectIssuer(raw)).toBeNull()
  },
)

test('an issuer of any kind by its name', () => {
  const raw = (kind: string, apiVersion = 'cert-manager.io/v1') => ({
    apiVersion,
    kind,
    metadata: { namespace: 'shop', name: 'ca' },
    spec: { selfSigned: {} },
  })
  expect(projectIssuerName(raw('Issuer'))).toEqual({ kind: 'Issuer', namespace: 'shop', name: 'ca' })
  expect(projectIssuerName(raw('ClusterIssuer'))).toEqual({ kind: 'ClusterIssuer', namespace: null, name: 'ca' })
  expect(projectIssuerName(raw('Issuer', 'example.com/v1'))).toBeNull()
  expect(projectIssuerName(raw('Certificate'))).toBeNull()
})
