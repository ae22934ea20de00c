import { authorizationPolicy, mesh, meshPod } from '../../../test/build/istio.ts'
import { pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { AuthorizationPolicy } from '../../model/mesh.ts'
import check from './lets-nobody-in.ts'

const given = (authorizationPolicies: readonly AuthorizationPolicy[], pods = [meshPod('cart-1')]) => ({
  mesh: mesh({ authorizationPolicies }),
  services: [service('cart')],
  pods,
})
const shut = authorizationPolicy()
const found = [{ subject: 'AuthorizationPolicy/shop/default', args: { services: ['shop/cart'] } }]

describeCheck(check, [
  { it: 'nothing else allows anything', given: given([shut]), expect: found },
  {
    it: 'for the whole mesh',
    given: given([authorizationPolicy({ namespace: 'istio-system' })]),
    expect: [{ subject: 'AuthorizationPolicy/istio-system/default' }],
  },
  {
    it: 'another allows something, at another workload',
    given: given([shut, authorizationPolicy({ name: 'web', selector: { app: 'web' }, rules: 1 })]),
    expect: found,
  },
  {
    it: 'a default, with a policy that lets somebody in',
    given: given([shut, authorizationPolicy({ name: 'cart', selector: { app: 'cart' }, rules: 1 })]),
    expect: 'ok',
  },
  { it: 'pods without a proxy', given: given([shut], [pod('cart-1')]), expect: 'not-applicable' },
  { it: 'of another namespace', given: given([authorizationPolicy({ namespace: 'pay' })]), expect: 'ok' },
  {
    it: 'none is without rules',
    given: given([authorizationPolicy({ action: 'DENY' }), authorizationPolicy({ rules: 2 })]),
    expect: 'not-applicable',
  },
  {
    it: 'the mesh is forbidden',
    given: modelOf({ services: [], pods: [] }, { mesh: unknown('forbidden', 'list authorizationpolicies') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
