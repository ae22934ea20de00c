import { expect, test } from 'vitest'
import { createIntern } from '../../wire/intern.ts'
import { deciderOf, projectDecider, projectKongPlugin } from './deciders.ts'

const read = (raw: object) => projectDecider({ metadata: { namespace: 'shop', name: 'sso' }, ...raw }, createIntern())
const envoy = { apiVersion: 'gateway.envoyproxy.io/v1alpha1', kind: 'SecurityPolicy' }
const kong = { apiVersion: 'configuration.konghq.com/v1', kind: 'KongPlugin' }

test('whom objects ask', () => {
  const refs = [{ name: 'authz', namespace: 'sso', port: 9191 }]
  expect(read({ ...envoy, spec: { extAuth: { grpc: { backendRefs: refs }, failOpen: true } } })).toMatchObject({
    asks: [{ namespace: 'sso', name: 'authz', port: 9191, field: 'spec.extAuth.grpc.backendRefs[0]' }],
    lets: 'all',
  })
  expect(read({ ...envoy, spec: { extAuth: { http: { backendRef: { name: 'a', port: 80 } } } } })?.asks).toHaveLength(1)
  const contour = { apiVersion: 'projectcontour.io/v1alpha1', kind: 'ExtensionService' }
  expect(read({ ...contour, spec: { services: [{ name: 'a', port: 9443 }] } })?.asks).toMatchObject([
    { namespace: null, name: 'a', port: 9443 },
  ])
  expect(read({ ...kong, plugin: 'opa', config: { opa_host: 'opa.sso.svc' } })?.asks).toMatchObject([
    { host: 'opa.sso.svc', port: 8181 },
  ])
  const handed = { ...kong, plugin: 'forward-auth', config: { url: 'https://u:hunter2@auth.sso.svc/x' } }
  expect(read(handed)?.asks).toMatchObject([{ host: 'auth.sso.svc', port: 443 }])
  expect(JSON.stringify(read(handed))).not.toContain('hunter2')
})

test('whence the keys of tokens come', () => {
  const providers = [
    { name: 'a' },
    { name: 'b', remoteJWKS: { uri: 'http://keycloak.sso.svc.cluster.local:8080/certs' } },
  ]
  expect(read({ ...envoy, spec: { jwt: { providers } } })?.asks).toEqual([
    {
      namespace: null,
      name: null,
      host: 'keycloak.sso.svc.cluster.local',
      port: 8080,
      field: 'spec.jwt.providers[1].remoteJWKS.uri',
    },
  ])
})

test('nobody', () => {
  expect(read({ ...envoy, spec: { jwt: {} } })).toBeNull()
  expect(read({ ...envoy, spec: { extAuth: { http: { backendRef: { kind: 'Backend', name: 'a' } } } } })).toBeNull()
  expect(read({ ...kong, plugin: 'rate-limiting', config: { url: 'http://a.b.svc' } })).toBeNull()
  expect(read({ apiVersion: 'x.io/v1', kind: 'SecurityPolicy', spec: {} })).toBeNull()
  for (const spec of [null, 7, { extAuth: [] }, { extAuth: { http: { backendRefs: [null, 3] } } }])
    expect(read({ ...envoy, spec })).toBeNull()
})

test.each([
  ['svc://sso/authz:4180/verify', { namespace: 'sso', name: 'authz', host: null, port: 4180 }],
  ['svc://sso/authz:http/check', { namespace: 'sso', name: 'authz', host: null, port: null }],
  ['svc://authz', { namespace: null, name: 'authz', host: null, port: null }],
  ['http://authz.sso.svc:4180/verify', { namespace: null, name: null, host: 'authz.sso.svc', port: 4180 }],
  ['%[var(x)]', undefined],
])('HAProxy Ingress: %s', (url, asks) => {
  const found = deciderOf({ 'haproxy-ingress.github.io/auth-url': url }).asks
  expect(found).toEqual(asks === undefined ? undefined : { ...asks, field: 'haproxy-ingress.github.io/auth-url' })
})

test.each([
  [
    { kind: 'KongPlugin', metadata: { namespace: 'shop', name: 'auth' } },
    { namespace: 'shop', name: 'auth' },
  ],
  [
    { kind: 'KongClusterPlugin', metadata: { name: 'auth' } },
    { namespace: null, name: 'auth' },
  ],
  [{ kind: 'KongPlugin', metadata: { name: 'auth' } }, null],
  [{ kind: 'KongConsumer', metadata: { namespace: 'shop', name: 'auth' } }, null],
  [{ kind: 'KongPlugin', apiVersion: 'example.com/v1', metadata: { namespace: 'shop', name: 'auth' } }, null],
])('a plugin of Kong: %j', (raw, expected) =>
  expect(projectKongPlugin({ apiVersion: 'configuration.konghq.com/v1', ...raw })).toEqual(expected),
)
