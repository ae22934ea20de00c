import { expect, test } from 'vitest'
import { createIntern } from '../../wire/intern.ts'
import { projectAuthorized, projectProof, projectServiceRoutes } from './linkerd.ts'

const metadata = { namespace: 'shop', name: 'web-callers' }
const intern = createIntern()

test('what an authorization requires', () => {
  const targetRef = { group: 'policy.linkerd.io', kind: 'Server', name: 'web-http' }
  const read = (requiredAuthenticationRefs: unknown) =>
    projectAuthorized({ metadata, spec: { targetRef, requiredAuthenticationRefs } }, intern)
  expect(read([{ kind: 'MeshTLSAuthentication', name: 'callers' }])).toEqual({
    namespace: 'shop',
    of: 'Server',
    name: 'web-http',
    requires: [{ kind: 'MeshTLSAuthentication', namespace: 'shop', name: 'callers' }],
  })
  for (const odd of [undefined, 7, [null], [{ kind: 'ServiceAccount', name: 'a' }]])
    expect(read(odd)).toEqual({ namespace: 'shop', of: 'Server', name: 'web-http' })
})

test('a proof', () => {
  const of = (apiVersion: string, kind: string) => projectProof({ apiVersion, kind, metadata, spec: {} }, intern)
  expect(of('policy.linkerd.io/v1alpha1', 'NetworkAuthentication')).toEqual({
    kind: 'NetworkAuthentication',
    ...metadata,
  })
  expect(of('policy.linkerd.io/v1alpha1', 'Server')).toBeNull()
  expect(of('x.io/v1', 'MeshTLSAuthentication')).toBeNull()
})

test('a route for a Service', () => {
  const accepted = [{ parentRef: {}, conditions: [{ type: 'Accepted', status: 'True' }] }]
  const of = (parents: unknown, status: unknown = accepted) =>
    projectServiceRoutes(
      {
        apiVersion: 'policy.linkerd.io/v1beta3',
        kind: 'HTTPRoute',
        metadata,
        spec: { parentRefs: parents, rules: [{ matches: [{ path: { value: '/v2' } }] }, {}] },
        status: { parents: status },
      },
      intern,
    )
  expect(of([{ group: 'core', kind: 'Service', name: 'orders', port: 8080 }])).toMatchObject([
    { service: { namespace: 'shop', name: 'orders' }, port: 8080, rules: 2, matches: [{ path: '/v2' }, { path: '/' }] },
  ])
  expect(of([{ group: 'policy.linkerd.io', kind: 'Server', name: 'orders' }])).toEqual([])
  expect(of([{ group: 'core', kind: 'Service', name: 'orders' }], [])).toEqual([])
  for (const odd of [null, 7, [null]]) expect(of(odd)).toEqual([])
})
