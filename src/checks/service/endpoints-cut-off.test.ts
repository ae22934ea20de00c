import { pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './endpoints-cut-off.ts'

const many = (count: number) => [
  slice(
    'cart',
    Array.from({ length: count }, (_, index) => pod(`cart-${index}`, { ip: `10.2.${index >> 8}.${index & 255}` })),
  ),
]

describeCheck(check, [
  {
    it: 'one more than there is room for',
    given: { services: [service('cart')], endpointSlices: many(1001) },
    expect: [{ subject: 'Service/shop/cart', severity: 'info', args: { endpoints: 1001 } }],
  },
  {
    it: 'as many as there is room for',
    given: { services: [service('cart')], endpointSlices: many(1000) },
    expect: 'ok',
  },
  { it: 'no Service', given: { services: [], endpointSlices: [] }, expect: 'not-applicable' },
  {
    it: 'slices forbidden',
    given: modelOf({ services: [service('cart')] }, { endpointSlices: unknown('forbidden', 'list endpointslices') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
