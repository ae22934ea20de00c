import { mesh, meshPod } from '../../../test/build/istio.ts'
import { container } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { ServiceEntry } from '../../model/mesh.ts'
import type { Pod } from '../../model/pod.ts'
import check from './entry-without-endpoints.ts'

const given = (about: Partial<ServiceEntry>, pods: readonly Pod[] = []) => ({
  mesh: mesh({
    serviceEntries: [{ namespace: 'shop', name: 'fx', hosts: ['fx.example.net'], ports: [443], ...about }],
  }),
  pods,
})
const caller = meshPod('web-1', {
  containers: [
    container({ calls: [{ by: 'FX_URL', host: 'fx.example.net', port: 443 }] }),
    container({ name: 'istio-proxy', ports: [] }),
  ],
})

describeCheck(check, [
  {
    it: 'static, and none',
    given: given({ lacksEndpoints: true }),
    expect: [{ subject: 'ServiceEntry/shop/fx', severity: 'warning', confidence: 'inferred' }],
  },
  {
    it: 'and somebody of the mesh is told to call it',
    given: given({ lacksEndpoints: true }, [caller]),
    expect: [{ subject: 'ServiceEntry/shop/fx', severity: 'error', args: { callers: ['Deployment shop/web'] } }],
  },
  { it: 'by DNS, or with endpoints', given: given({}), expect: 'ok' },
  { it: 'none there', given: { mesh: mesh({}), pods: [] }, expect: 'not-applicable' },
  { it: 'a file without any', given: { mesh: mesh({ notHeld: ['ServiceEntry'] }), pods: [] }, expect: 'cannot-tell' },
  {
    it: 'Istio forbidden',
    given: modelOf({ pods: [] }, { mesh: unknown('forbidden', 'list') }),
    expect: 'cannot-tell',
  },
])
