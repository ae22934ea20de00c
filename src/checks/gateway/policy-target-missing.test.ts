import { attachedPolicy, beside } from '../../../test/build/beside.ts'
import { backend, gateway, listener, route } from '../../../test/build/gateway.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { AttachedPolicy } from '../../model/attached-policy.ts'
import { unknown } from '../../model/known.ts'
import check from './policy-target-missing.ts'

type Target = AttachedPolicy['targets'][number]

const given = (to: Partial<Target>, about: Partial<AttachedPolicy> = {}) => ({
  beside: beside({ attachedPolicies: [attachedPolicy(about, to)] }),
  gatewayRoutes: [route([backend('web')])],
  gateways: [gateway([listener()])],
  services: [service('web')],
})
const of = route([])
const edge = gateway([listener()])

describeCheck(check, [
  { it: 'a route that is there', given: given({ name: of.name }), expect: 'ok' },
  {
    it: 'a route that is not',
    given: given({ name: 'wbe' }),
    expect: [
      {
        subject: 'SecurityPolicy/shop/login',
        severity: 'warning',
        confidence: 'inferred',
        args: { of: 'HTTPRoute', name: 'wbe', others: [of.name] },
      },
    ],
  },
  { it: 'its controller has found it', given: given({ name: 'wbe' }, { accepted: 'yes' }), expect: 'ok' },
  { it: 'a route of another kind, of which none is here', given: given({ kind: 'GRPCRoute' }), expect: 'cannot-tell' },
  { it: 'a route of another namespace', given: given({ name: of.name, namespace: 'other' }), expect: 'cannot-tell' },
  {
    it: 'a Service that is not',
    given: given({ kind: 'Service', name: 'api' }),
    expect: [{ subject: 'SecurityPolicy/shop/login', args: { of: 'Service' } }],
  },
  {
    it: 'a listener that is there',
    given: given({ kind: 'Gateway', name: edge.name, namespace: edge.namespace, section: listener().name }),
    expect: 'ok',
  },
  {
    it: 'a listener that is not',
    given: given({ kind: 'Gateway', name: edge.name, namespace: edge.namespace, section: 'https-2' }),
    expect: [{ subject: 'SecurityPolicy/shop/login', args: { section: 'https-2', others: [listener().name] } }],
  },
  {
    it: 'nobody knows the routes',
    given: modelOf(given({ name: 'wbe' }), { gatewayRoutes: unknown('not-there', 'no list') }),
    expect: 'cannot-tell',
  },
  { it: 'no policy', given: { beside: beside({}) }, expect: 'cannot-tell' },
])
