import { gateway } from '../../../test/build/gateway.ts'
import { pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import check from './waypoint-missing.ts'

const mode = { 'istio.io/dataplane-mode': 'ambient' }
const by = { 'istio.io/use-waypoint': 'waypoint' }
const given = (labels: Readonly<Record<string, string>>, names: readonly string[], own = {}) => ({
  namespaces: [{ name: 'shop', labels }],
  pods: [pod('cart-1')],
  services: [service('cart', { labels: own })],
  gateways: names.map((name) => gateway([], { namespace: 'shop', name })),
})

describeCheck(check, [
  {
    it: 'a namespace whose waypoint is not there',
    given: given({ ...mode, ...by }, ['edge']),
    expect: [
      {
        subject: 'Namespace/shop',
        severity: 'warning',
        confidence: 'inferred',
        says: 'is to be reached by waypoint waypoint, and namespace shop has no such Gateway',
      },
    ],
  },
  { it: 'a Service whose', given: given(mode, [], by), expect: [{ subject: 'Service/shop/cart' }] },
  { it: 'it is there', given: given({ ...mode, ...by }, ['waypoint']), expect: 'ok' },
  { it: 'none is asked for', given: given({ ...mode, 'istio.io/use-waypoint': 'none' }, []), expect: 'not-applicable' },
  { it: 'not in the ambient mode', given: given(by, []), expect: 'not-applicable' },
  {
    it: 'of a namespace that was not read',
    given: given({ ...mode, ...by, 'istio.io/use-waypoint-namespace': 'infra' }, []),
    scope: { namespace: 'shop' },
    expect: 'not-applicable',
  },
])
