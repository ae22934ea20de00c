import { destinationRule, mesh, meshPod, peerAuthentication } from '../../../test/build/istio.ts'
import { pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Mesh, TlsMode } from '../../model/mesh.ts'
import check from './mtls-contradicts.ts'

const given = (tls: TlsMode | null, about: Partial<Mesh> = {}, pods = [meshPod('cart-1')]) => ({
  mesh: mesh({ destinationRules: [destinationRule([], { tls })], ...about }),
  services: [service('cart')],
  pods,
})
const strict = { peerAuthentications: [peerAuthentication()] }
const found = (fault: string) => [{ subject: 'DestinationRule/shop/cart', args: { fault } }]

describeCheck(check, [
  ...(['DISABLE', 'SIMPLE', 'MUTUAL'] as const).map((mode) => ({
    it: `${mode} to pods that take mTLS of the mesh alone`,
    given: given(mode, strict),
    expect: found('strict'),
  })),
  {
    it: 'a STRICT port of the workload alone',
    given: given('DISABLE', {
      peerAuthentications: [
        peerAuthentication({ selector: { app: 'cart' }, mode: 'PERMISSIVE', ports: [{ port: 8080, mode: 'STRICT' }] }),
      ],
    }),
    expect: found('strict'),
  },
  {
    it: 'STRICT for the whole mesh',
    given: given('DISABLE', { peerAuthentications: [peerAuthentication({ namespace: 'istio-system' })] }),
    expect: found('strict'),
  },
  {
    it: 'mTLS to pods that take none',
    given: given('ISTIO_MUTUAL', { peerAuthentications: [peerAuthentication({ mode: 'DISABLE' })] }),
    expect: found('disabled'),
  },
  { it: 'mTLS to pods without a proxy', given: given('ISTIO_MUTUAL', {}, [pod('cart-1')]), expect: found('no-proxy') },
  {
    it: 'a subset that says it',
    given: {
      ...given(null, strict),
      mesh: mesh({
        ...strict,
        destinationRules: [
          destinationRule([], { subsets: [{ name: 'v1', labels: { version: 'v1' }, tls: 'DISABLE' }] }),
        ],
      }),
    },
    expect: [{ subject: 'DestinationRule/shop/cart', args: { path: 'spec.subsets[0].trafficPolicy.tls.mode' } }],
  },
  { it: 'both say mTLS', given: given('ISTIO_MUTUAL', strict), expect: 'ok' },
  { it: 'plain text to who takes both', given: given('DISABLE'), expect: 'ok' },
  {
    it: 'the workload takes both, whatever its namespace says',
    given: given('DISABLE', {
      peerAuthentications: [
        peerAuthentication(),
        peerAuthentication({ name: 'cart', selector: { app: 'cart' }, mode: 'PERMISSIVE' }),
      ],
    }),
    expect: 'ok',
  },
  {
    it: 'two policies of one level that say different things: nobody knows which counts',
    given: given('DISABLE', {
      peerAuthentications: [peerAuthentication(), peerAuthentication({ name: 'b', mode: 'PERMISSIVE' })],
    }),
    expect: 'ok',
  },
  { it: 'no rule says which', given: given(null, strict), expect: 'not-applicable' },
  {
    it: 'the mesh is forbidden',
    given: modelOf({ services: [], pods: [] }, { mesh: unknown('forbidden', 'list destinationrules') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
