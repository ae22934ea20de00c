import { beside } from '../../../test/build/beside.ts'
import { mesh } from '../../../test/build/istio.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { MeshSettings } from '../../model/beside.ts'
import { unknown } from '../../model/known.ts'
import check from './namespace-undiscovered.ts'

const settings = (discovers?: MeshSettings['discovers']): MeshSettings => ({
  namespace: 'istio-system',
  name: 'istio',
  outbound: null,
  ...(discovers === undefined ? {} : { discovers }),
})
const none = mesh({ served: [] })
const inside = pod('pay-1', {
  namespace: 'pay',
  containers: [container(), container({ name: 'istio-proxy', ports: [] })],
})
const given = (set: readonly MeshSettings[], labels: Record<string, string> = {}, pods = [inside]) => ({
  beside: beside({ meshSettings: set }),
  namespaces: [
    { name: 'shop', labels: { mesh: 'on' } },
    { name: 'pay', labels },
  ],
  pods,
  mesh: none,
})
const on = [settings([{ mesh: 'on' }])]

describeCheck(check, [
  {
    it: 'pods with a proxy, in a namespace that is left out',
    given: given(on),
    expect: [{ subject: 'Namespace/pay', severity: 'warning', says: /mesh=on.*1 pod there has its proxy/ }],
  },
  {
    it: 'a VirtualService leads there',
    given: {
      ...given(on, {}, []),
      mesh: {
        ...none,
        virtualServices: [
          {
            namespace: 'shop',
            name: 'web',
            hosts: ['web.example.com'],
            gateways: ['mesh'],
            destinations: [
              { host: 'pay.pay.svc.cluster.local', subset: null, port: null, path: 'spec.http[0].route[0]' },
            ],
          },
        ],
      },
    },
    expect: [{ subject: 'Namespace/pay', severity: 'error', says: /VirtualService shop\/web leads there/ }],
  },
  {
    it: 'a DestinationRule is for a Service there',
    given: {
      ...given(on, {}, []),
      mesh: {
        ...none,
        destinationRules: [
          { namespace: 'shop', name: 'pay', host: 'pay.pay.svc.cluster.local', tls: null, subsets: [] },
        ],
      },
    },
    expect: [{ subject: 'Namespace/pay', severity: 'warning', says: /DestinationRule shop\/pay leads there/ }],
  },
  {
    it: 'a namespace that is labelled for sidecars',
    given: given(on, { 'istio-injection': 'enabled' }, []),
    expect: [{ subject: 'Namespace/pay', severity: 'warning' }],
  },
  { it: 'the namespace bears the label', given: given(on, { mesh: 'on' }), expect: 'ok' },
  {
    it: 'another selector takes it by its name',
    given: given([settings([{ mesh: 'on' }, { 'kubernetes.io/metadata.name': 'pay' }])]),
    expect: 'ok',
  },
  { it: 'a namespace beside the mesh', given: given(on, {}, []), expect: 'ok' },
  {
    it: 'a gateway, which is a proxy alone',
    given: given(on, {}, [pod('edge-1', { namespace: 'pay', containers: [container({ name: 'istio-proxy' })] })]),
    expect: 'ok',
  },
  {
    it: 'the namespace of istiod itself',
    given: given(on, { mesh: 'on' }, [{ ...inside, namespace: 'istio-system' }]),
    expect: 'ok',
  },
  { it: 'no selectors', given: given([settings()]), expect: 'ok' },
  { it: 'another revision looks at all', given: given([...on, settings()]), expect: 'ok' },
  { it: 'selectors in another form', given: given([settings(null)]), expect: 'cannot-tell' },
  { it: 'no settings', given: given([]), expect: 'not-applicable' },
  {
    it: 'namespaces forbidden',
    given: modelOf(given(on), { namespaces: unknown('forbidden', 'list namespaces') }),
    expect: 'cannot-tell',
  },
])
