import { authorizationPolicy, mesh, meshPod } from '../../../test/build/istio.ts'
import { pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { AuthorizationPolicy } from '../../model/mesh.ts'
import { unknown } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import check from './http-rule-without-waypoint.ts'

const ambient = pod('web-1', {
  labels: { app: 'web' },
  dnsHop: { by: "the node's ztunnel", sign: 'ambient.istio.io/redirection: enabled' },
})
const given = (about: Partial<AuthorizationPolicy>, pods: readonly Pod[] = [ambient]) => ({
  mesh: mesh({ authorizationPolicies: [authorizationPolicy({ rules: 1, http: 1, from: [[]], ...about })] }),
  pods,
})
const found = (severity: 'error' | 'warning') => [
  { subject: 'AuthorizationPolicy/shop/default', severity, confidence: 'inferred' as const },
]

describeCheck(check, [
  { it: 'methods, for pods in ambient mode', given: given({}), expect: found('error') },
  { it: 'the same, of its pods', given: given({ selector: { app: 'web' } }), expect: found('error') },
  { it: 'the same, to deny', given: given({ action: 'DENY' }), expect: found('warning') },
  {
    it: 'what the policy itself says',
    given: given({ refused: { type: 'ZtunnelAccepted', reason: 'UnsupportedValue', message: 'found: methods' } }),
    expect: found('error'),
  },
  { it: 'at a waypoint', given: given({ attached: true }), expect: 'not-applicable' },
  { it: 'of other pods', given: given({ selector: { app: 'db' } }), expect: 'ok' },
  { it: 'of pods with a proxy of their own', given: given({}, [meshPod('web-1')]), expect: 'ok' },
  { it: 'of connections alone', given: given({ http: 0 }), expect: 'not-applicable' },
  {
    it: 'Istio forbidden',
    given: modelOf({ pods: [] }, { mesh: unknown('forbidden', 'list authorizationpolicies') }),
    expect: 'cannot-tell',
  },
])
