import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Mesh, VirtualService } from '../../model/mesh.ts'
import check from './no-default-route.ts'

const route = (about: Partial<VirtualService> = {}): VirtualService => ({
  namespace: 'shop',
  name: 'web',
  hosts: ['web.example.com'],
  gateways: ['edge'],
  destinations: [],
  ...about,
})
const mesh = (...virtualServices: readonly VirtualService[]): { readonly mesh: Mesh } => ({
  mesh: {
    served: ['VirtualService'],
    inScopeOnly: [],
    virtualServices,
    destinationRules: [],
    gateways: [],
    serviceEntries: [],
    peerAuthentications: [],
    authorizationPolicies: [],
    sidecars: [],
  },
})

describeCheck(check, [
  {
    it: 'a header alone',
    given: mesh(route({ onlyBy: ['headers'] })),
    expect: [{ subject: 'VirtualService/shop/web', severity: 'info', says: /certain headers alone: all else .* 404/ }],
  },
  { it: 'a rule for all others', given: mesh(route()), expect: 'ok' },
  {
    it: 'another VirtualService has the rest of the host',
    given: mesh(route({ onlyBy: ['headers'] }), route({ name: 'rest', hosts: ['*.example.com'] })),
    expect: 'ok',
  },
  { it: 'a delegate, part of another', given: mesh(route({ onlyBy: ['headers'], hosts: [] })), expect: 'ok' },
  { it: 'none', given: mesh(), expect: 'not-applicable' },
  {
    it: 'forbidden',
    given: modelOf({}, { mesh: unknown('forbidden', 'list virtualservices') }),
    expect: 'cannot-tell',
  },
])
