import { expect, test } from 'vitest'
import { createIntern } from '../../wire/intern.ts'
import { projectAttachedPolicy } from './attached-policy.ts'

const envoy = 'gateway.envoyproxy.io/v1alpha1'
const route = { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'web' }

const read = (
  kind: string,
  spec: object,
  { apiVersion = envoy, status = {} }: { apiVersion?: string; status?: object } = {},
) =>
  projectAttachedPolicy({ apiVersion, kind, metadata: { namespace: 'shop', name: 'p' }, spec, status }, createIntern())

test.each([
  ['one target', { targetRef: route }, ['HTTPRoute web']],
  ['several', { targetRefs: [route, { group: '', kind: 'Service', name: 'web' }] }, ['HTTPRoute web', 'Service web']],
  ['a Service without a group', { targetRef: { kind: 'Service', name: 'web' } }, ['Service web']],
  ['what is not read here', { targetRef: { group: 'apps', kind: 'Deployment', name: 'web' } }, null],
  ['a route of another group', { targetRef: { ...route, group: 'policy.linkerd.io' } }, null],
  ['none', { targetSelectors: [] }, null],
])('a policy of any kind: %s', (_, spec, expected) => {
  const found = read('AuthPolicy', spec, { apiVersion: 'kuadrant.io/v1' })
  expect(found === null ? null : found.targets.map((it) => `${it.kind} ${it.name}`)).toEqual(expected)
  expect(found?.does ?? []).toEqual([])
})

test('policies of Istio are read elsewhere', () => {
  expect(read('AuthorizationPolicy', { targetRefs: [route] }, { apiVersion: 'security.istio.io/v1' })).toBeNull()
})

test.each([
  ['SecurityPolicy', { authorization: {} }, ['denies 100 % 403']],
  ['SecurityPolicy', { authorization: { defaultAction: 'Deny', rules: [] } }, ['denies 100 % 403']],
  ['SecurityPolicy', { authorization: { rules: [{ action: 'Deny' }] } }, ['denies 100 % 403']],
  ['SecurityPolicy', { authorization: { defaultAction: 'Deny', rules: [{ action: 'Allow' }] } }, []],
  ['SecurityPolicy', { authorization: { defaultAction: 'Allow' } }, []],
  ['SecurityPolicy', { cors: {} }, []],
  ['BackendTrafficPolicy', { faultInjection: { abort: { httpStatus: 503, percentage: 12.5 } } }, ['aborts 12.5 % 503']],
  ['BackendTrafficPolicy', { faultInjection: { abort: { grpcStatus: 14 } } }, ['aborts 100 % null']],
  ['BackendTrafficPolicy', { faultInjection: { abort: { percentage: 0 } } }, []],
  ['BackendTrafficPolicy', { faultInjection: { delay: { fixedDelay: '5s' } } }, ['delays 100 % null']],
  ['BackendTrafficPolicy', { faultInjection: { delay: { fixedDelay: 'soon' } } }, []],
  ['BackendTrafficPolicy', { timeout: { http: { requestTimeout: '10ms' } } }, ['limits 100 % 504']],
  ['BackendTrafficPolicy', { timeout: { http: { requestTimeout: '0s' } } }, []],
  ['ClientTrafficPolicy', { faultInjection: { abort: {} } }, []],
])('%s with %j', (kind, spec, expected) => {
  const does = read(kind, { targetRef: route, ...spec })?.does ?? []
  expect(does.map((it) => `${it.is} ${it.percent} % ${it.code}`)).toEqual(expected)
})

test('one that was refused does nothing', () => {
  const status = { ancestors: [{ conditions: [{ type: 'Accepted', status: 'False' }] }] }
  expect(read('SecurityPolicy', { targetRef: route, authorization: {} }, { status })).toMatchObject({
    accepted: 'no',
    does: [],
  })
})
