import { destinationRule, mesh } from '../../../test/build/istio.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { PoolLimit } from '../../model/mesh.ts'
import check from './pool-of-one.ts'

const given = (...ones: readonly PoolLimit[]) => ({
  mesh: mesh({ destinationRules: [destinationRule([], ones.length === 0 ? {} : { ones })] }),
})
const cart = { subject: 'DestinationRule/shop/cart', confidence: 'possible' } as const

describeCheck(check, [
  {
    it: 'one connection, and one request that waits for it: the rule of the page on circuit breaking',
    given: given('tcp.maxConnections', 'http.http1MaxPendingRequests'),
    expect: [{ ...cart, severity: 'warning', says: 'one connection, one waiting request at a time to cart' }],
  },
  { it: 'one request', given: given('http.http2MaxRequests'), expect: [{ ...cart, severity: 'warning' }] },
  {
    it: 'one connection, for which the others wait',
    given: given('tcp.maxConnections'),
    expect: [{ ...cart, severity: 'info' }],
  },
  { it: 'no such limit', given: given(), expect: 'ok' },
  { it: 'no rule', given: { mesh: mesh() }, expect: 'not-applicable' },
  {
    it: 'the mesh was not read',
    given: modelOf({}, { mesh: unknown('forbidden', 'list destinationrules') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
