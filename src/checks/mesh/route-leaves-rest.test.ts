import { beside } from '../../../test/build/beside.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { ServiceRoute } from '../../model/beside.ts'
import type { RouteMatch } from '../../model/gateway.ts'
import { unknown } from '../../model/known.ts'
import check from './route-leaves-rest.ts'

const under = (path: string, about: Partial<RouteMatch> = {}): RouteMatch => ({
  type: 'PathPrefix',
  path,
  more: 'nothing',
  ...about,
})
const route = (matches: readonly RouteMatch[], about: Partial<ServiceRoute> = {}): ServiceRoute => ({
  namespace: 'shop',
  name: 'orders-v2',
  service: { namespace: 'shop', name: 'orders' },
  port: 8080,
  rules: 1,
  matches,
  ...about,
})
const given = (serviceRoutes: readonly ServiceRoute[]) => ({ beside: beside({ serviceRoutes }) })
const found = { subject: 'HTTPRoute/shop/orders-v2', confidence: 'possible' } as const

describeCheck(check, [
  {
    it: 'one path alone',
    given: given([route([under('/v2')])]),
    expect: [{ ...found, severity: 'warning', says: /Service shop\/orders, and has rules for PathPrefix \/v2 alone/ }],
  },
  {
    it: 'a rule for each path, as they are counted',
    given: given([route([under('/a'), under('/b')], { rules: 2 })]),
    expect: [{ ...found, severity: 'info' }],
  },
  { it: 'everything with a header', given: given([route([under('/', { more: 'more' })])]), expect: [found] },
  { it: 'everything', given: given([route([under('/v2'), under('/')])]), expect: 'ok' },
  {
    it: 'the rest by another route',
    given: given([route([under('/v2')]), route([under('/')], { name: 'orders' })]),
    expect: 'ok',
  },
  {
    it: 'the rest of another port',
    given: given([route([under('/v2')]), route([under('/')], { name: 'orders', port: 9090 })]),
    expect: [found],
  },
  { it: 'an expression', given: given([route([under('/.*', { type: 'RegularExpression' })])]), expect: 'ok' },
  { it: 'no route', given: given([]), expect: 'not-applicable' },
  { it: 'a cluster', given: modelOf({}, { beside: unknown('not-asked', 'of files alone') }), expect: 'not-applicable' },
])
