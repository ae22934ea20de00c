import { expect, test } from 'vitest'
import { service } from '../../../test/build/service.ts'
import { hostTakes, type MeshAround, meshHosts } from './mesh-hosts.ts'

const web = service('web')
const cart = service('cart', { namespace: 'pay' })
const twice = [service('stock', { namespace: 'a' }), service('stock', { namespace: 'b' })]

function told(host: string, about: { readonly scope?: string; readonly entries?: readonly string[] } = {}): string {
  const around = {
    mesh: { serviceEntries: [{ hosts: about.entries ?? [] }], inScopeOnly: [] },
    services: [web, cart, ...twice],
    scope: { namespace: about.scope ?? null },
    domain: 'cluster.local',
  } as unknown as MeshAround
  const it = meshHosts(around)(host, 'shop')
  if (it.is === 'service') return `${it.service.namespace}/${it.service.name}`
  return it.is === 'missing' ? `missing, near ${String(it.near)}` : it.is
}

test.each<[string, string]>([
  ['web', 'shop/web'],
  ['web.shop.svc.cluster.local', 'shop/web'],
  ['cart.pay.svc.cluster.local', 'pay/cart'],
  ['cart', 'missing, near cart.pay.svc.cluster.local'],
  ['wev', 'missing, near web.shop.svc.cluster.local'],
  ['stock', 'missing, near null'],
  ['cart.pay', 'missing, near cart.pay.svc.cluster.local'],
  ['web.pay.svc.cluster.local', 'missing, near web.shop.svc.cluster.local'],
  ['cart.pay.svc.clusterset.local', 'elsewhere'],
  ['*.example', 'elsewhere'],
])('%s is %s', (host, is) => expect(told(host)).toBe(is))

test('what was not read is not missed, and what a ServiceEntry has is there', () => {
  expect(told('x.pay.svc.cluster.local', { scope: 'shop' })).toBe('elsewhere')
  expect(told('x.shop.svc.cluster.local', { scope: 'shop' })).toMatch(/^missing/)
  expect(told('api.example', { entries: ['*.example'] })).toBe('entry')
})

test.each([
  ['a.example', 'A.example', true],
  ['*', 'x', true],
  ['*.example', 'a.b.example', true],
  ['*.example', 'example', false],
  ['*.example', 'xexample', false],
  ['*example', 'xexample', false],
])('%s takes %s: %s', (pattern, host, takes) => expect(hostTakes(pattern, host)).toBe(takes))
