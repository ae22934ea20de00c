import { expect, test } from 'vitest'
import { deniedAccountIn } from './denied-account.ts'

const services =
  'failed to list services: services is forbidden: User "system:serviceaccount:shop:default" cannot list resource ' +
  '"services" in API group "" in the namespace "shop"'

test('whom the API server refused, and what', () => {
  expect(deniedAccountIn(services)).toEqual({
    account: { namespace: 'shop', name: 'default' },
    verb: 'list',
    resource: 'services',
    group: '',
    namespace: 'shop',
  })
  expect(
    deniedAccountIn(
      'E1130 ingresses.networking.k8s.io is forbidden: User "system:serviceaccount:edge:nginx" cannot watch resource ' +
        '"ingresses" in API group "networking.k8s.io" at the cluster scope',
    ),
  ).toEqual({
    account: { namespace: 'edge', name: 'nginx' },
    verb: 'watch',
    resource: 'ingresses',
    group: 'networking.k8s.io',
    namespace: null,
  })
})

test('in a line of JSON, and the last of several', () => {
  expect(deniedAccountIn(JSON.stringify({ msg: services }))?.resource).toBe('services')
  expect(deniedAccountIn(`${services}\n${services.replaceAll('services', 'pods')}`)?.resource).toBe('pods')
})

test('what is not those words', () => {
  expect(deniedAccountIn('User "jane" cannot list resource "pods" in API group ""')).toBeNull()
  expect(deniedAccountIn('User "system:serviceaccount:shop:default" is well')).toBeNull()
  expect(deniedAccountIn('')).toBeNull()
})
