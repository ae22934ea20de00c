import { authorizationPolicy, mesh, meshPod } from '../../../test/build/istio.ts'
import { pod } from '../../../test/build/pod.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { AuthorizationPolicy } from '../../model/mesh.ts'
import type { Pod } from '../../model/pod.ts'
import check from './rule-for-service-port.ts'

const given = (
  about: Partial<AuthorizationPolicy>,
  pods: readonly Pod[] = [meshPod('cart-1')],
  more: readonly AuthorizationPolicy[] = [],
) => ({
  mesh: mesh({ authorizationPolicies: [authorizationPolicy({ rules: 1, from: [[]], ...about }), ...more] }),
  services: [service('cart', { ports: [port({ port: 80, targetPort: 8080 })] })],
  pods,
})
const at = { subject: 'AuthorizationPolicy/shop/default', confidence: 'inferred' } as const

describeCheck(check, [
  {
    it: "the Service's port alone",
    given: given({ ports: [[80]] }),
    expect: [{ ...at, severity: 'error', args: { ports: ['80'], targets: ['8080'], alone: true } }],
  },
  {
    it: 'another rule is for every port',
    given: given({ ports: [[80], []], rules: 2, from: [[], []] }),
    expect: [{ ...at, severity: 'warning', args: { alone: false } }],
  },
  {
    it: 'another policy allows something',
    given: given({ ports: [[80]] }, undefined, [authorizationPolicy({ name: 'more', rules: 1, from: [[]] })]),
    expect: [{ ...at, severity: 'warning' }],
  },
  { it: 'to deny', given: given({ ports: [[80]], action: 'DENY' }), expect: [{ ...at, severity: 'warning' }] },
  { it: 'the port of the pods', given: given({ ports: [[8080]] }), expect: 'ok' },
  { it: 'both', given: given({ ports: [[80, 8080]] }), expect: 'ok' },
  { it: 'a port that nobody is known to have', given: given({ ports: [[9999]] }), expect: 'ok' },
  { it: 'pods outside of the mesh', given: given({ ports: [[80]] }, [pod('cart-1')]), expect: 'not-applicable' },
  { it: 'at a waypoint', given: given({ ports: [[80]], attached: true }), expect: 'not-applicable' },
  { it: 'no ports', given: given({}), expect: 'not-applicable' },
  {
    it: 'Istio forbidden',
    given: modelOf({ pods: [], services: [] }, { mesh: unknown('forbidden', 'list authorizationpolicies') }),
    expect: 'cannot-tell',
  },
])
