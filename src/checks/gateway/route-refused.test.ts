import { condition, parent, route } from '../../../test/build/gateway.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Condition } from '../../model/gateway.ts'
import check from './route-refused.ts'

const said = (conditions: readonly Condition[], generation = 1) => [
  route([], { generation, status: [{ parent: parent(), controller: 'example.com/c', conditions }] }),
]
const refused = (type: string, reason: string) => condition(type, { status: 'False', reason, message: 'It says why.' })

const listeners = parent({ group: 'gateway.networking.x-k8s.io', kind: 'XListenerSet', namespace: null, name: 'team' })

describeCheck(check, [
  {
    it: 'not accepted',
    given: { gatewayRoutes: said([refused('Accepted', 'NoMatchingParent')]) },
    expect: [{ subject: 'HTTPRoute/shop/web', severity: 'error', confidence: 'observed', says: 'It says why' }],
  },
  {
    it: 'accepted, with a reference that is not found',
    given: { gatewayRoutes: said([condition('Accepted'), refused('ResolvedRefs', 'BackendNotFound')]) },
    expect: [{ subject: 'HTTPRoute/shop/web', says: 'ResolvedRefs is False (BackendNotFound)' }],
  },
  {
    it: 'a filter that the controller has not',
    given: { gatewayRoutes: said([refused('Accepted', 'UnsupportedValue')]) },
    expect: [{ subject: 'HTTPRoute/shop/web', args: { reason: 'UnsupportedValue' } }],
  },
  {
    it: 'partly invalid',
    given: { gatewayRoutes: said([condition('PartiallyInvalid', { message: 'Dropped Rule 1' })]) },
    expect: [{ subject: 'HTTPRoute/shop/web', says: 'Dropped Rule 1' }],
  },
  {
    it: 'of an older generation',
    given: { gatewayRoutes: said([condition('Accepted')], 2) },
    expect: [{ subject: 'HTTPRoute/shop/web', severity: 'warning', args: { state: 'old' } }],
  },
  {
    it: 'no status at all',
    given: { gatewayRoutes: [route([], { status: [] })] },
    expect: [{ subject: 'HTTPRoute/shop/web', severity: 'error', args: { state: 'silent', parents: ['edge/edge'] } }],
  },
  {
    it: 'a condition that only its maker knows',
    given: { gatewayRoutes: said([refused('Wonderful', 'No')]) },
    expect: 'ok',
  },
  { it: 'accepted', given: { gatewayRoutes: [route([])] }, expect: 'ok' },
  { it: 'none', given: { gatewayRoutes: [] }, expect: 'not-applicable' },
  {
    it: 'a set of listeners that no controller knows',
    given: { gatewayRoutes: [route([], { parents: [listeners], status: [] })] },
    expect: [{ subject: 'HTTPRoute/shop/web', severity: 'error', args: { state: 'silent', parents: ['shop/team'] } }],
  },
  {
    it: 'a Service, and no mesh takes its route',
    given: { gatewayRoutes: [route([], { parents: [{ ...listeners, group: '', kind: 'Service' }], status: [] })] },
    expect: [{ subject: 'HTTPRoute/shop/web', severity: 'warning' }],
  },
  {
    it: 'a set of listeners, and the controller has written of it',
    given: { gatewayRoutes: [route([], { parents: [listeners] })] },
    expect: 'ok',
  },
])
