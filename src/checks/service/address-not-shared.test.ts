import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './address-not-shared.ts'

// TODO: a row for the fault, for what only looks like it, and for what can't be told.
describeCheck(check, [
  {
    it: 'without a port',
    given: { services: [service('cart', { ports: [] })] },
    expect: [{ subject: 'Service/shop/cart', confidence: 'inferred' }],
  },
  { it: 'with a port', given: { services: [service('cart')] }, expect: 'ok' },
  { it: 'no Service', given: { services: [] }, expect: 'not-applicable' },
  {
    it: 'Services forbidden',
    given: modelOf({}, { services: unknown('forbidden', 'list services in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
