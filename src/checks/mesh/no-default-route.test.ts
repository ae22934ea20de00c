import { mesh } from '../../../test/build/istio.ts'
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
const given = (...virtualServices: readonly VirtualService[]): { readonly mesh: Mesh } => ({
  mesh: mesh({ served: ['VirtualService'], virtualServices }),
})

describeCheck(check, [
  {
    it: 'a header alone',
    given: given(route({ onlyBy: ['headers'] })),
    expect: [{ subject: 'VirtualService/shop/web', severity: 'info', says: /certain headers alone: all else .* 404/ }],
  },
  { it: 'a rule for all others', given: given(route()), expect: 'ok' },
  {
    it: 'another VirtualService has the rest of the host',
    given: given(route({ onlyBy: ['headers'] }), route({ name: 'rest', hosts: ['*.example.com'] })),
    expect: 'ok',
  },
  { it: 'a delegate, part of another', given: given(route({ onlyBy: ['headers'], hosts: [] })), expect: 'ok' },
  { it: 'none', given: given(), expect: 'not-applicable' },
  {
    it: 'forbidden',
    given: modelOf({}, { mesh: unknown('forbidden', 'list virtualservices') }),
    expect: 'cannot-tell',
  },
])
