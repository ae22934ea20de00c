import { beside } from '../../../test/build/beside.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { namespace } from '../../../test/build/policy.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { AdmissionWebhook } from '../../model/beside.ts'
import { unknown } from '../../model/known.ts'
import check from './outside-the-mesh.ts'

const injected = namespace('shop', { 'istio-injection': 'enabled' })
const ambient = namespace('shop', { 'istio.io/dataplane-mode': 'ambient' })
const inside = pod('web-1', { containers: [container(), container({ name: 'istio-proxy' })] })
const marked = pod('web-1', {
  dnsHop: { by: "the node's ztunnel", sign: 'ambient.istio.io/redirection: enabled' },
})

const istiod = (rev: string) =>
  pod('istiod-1', { namespace: 'istio-system', labels: { app: 'istiod', 'istio.io/rev': rev } })
const tagged = (name: string): AdmissionWebhook => ({
  kind: 'MutatingWebhookConfiguration',
  name,
  webhook: 'rev.namespace.sidecar-injector.istio.io',
  service: { namespace: 'istio-system', name: 'istiod', port: 443 },
  onFailure: 'Fail',
  resources: ['pods'],
  chooses: 'some',
})

describeCheck(check, [
  {
    it: 'one was made before the label',
    given: { namespaces: [injected], pods: [inside, pod('cart-1'), pod('batch-1', { noSidecar: 'asked' })] },
    expect: [{ subject: 'Namespace/shop', severity: 'warning', args: { how: 'sidecar', pods: ['cart-1'], of: 2 } }],
  },
  {
    it: 'ambient, and one bears no mark',
    given: { namespaces: [ambient], pods: [marked, pod('cart-1')] },
    expect: [{ subject: 'Namespace/shop', args: { how: 'ambient', pods: ['cart-1'] } }],
  },
  {
    it: 'the namespace asks for a revision that is not here',
    given: { namespaces: [namespace('shop', { 'istio.io/rev': '1-20' })], pods: [pod('cart-1'), istiod('1-22')] },
    expect: [
      {
        subject: 'Namespace/shop',
        args: { revision: '1-20', there: ['1-22'] },
        says: 'it asks for revision 1-20, and no istiod here is of it (1-22)',
      },
    ],
  },
  ...(
    [
      ['one that is here', { 'istio.io/rev': '1-22' }, [istiod('1-22')]],
      ['none, by the older label', { 'istio-injection': 'enabled', 'istio.io/rev': '1-20' }, [istiod('1-22')]],
      ['one, and istiod was not seen', { 'istio.io/rev': '1-20' }, []],
    ] as const
  ).map(([it, labels, more]) => ({
    it: `the namespace asks for ${it}`,
    given: { namespaces: [namespace('shop', labels)], pods: [pod('cart-1'), ...more] },
    expect: [{ subject: 'Namespace/shop', args: { revision: null } }],
  })),
  {
    it: 'a tag has that name',
    given: {
      namespaces: [namespace('shop', { 'istio.io/rev': 'prod' })],
      pods: [pod('cart-1'), istiod('1-22')],
      beside: beside({ webhooks: [tagged('istio-revision-tag-prod')] }),
    },
    expect: [{ subject: 'Namespace/shop', args: { revision: null } }],
  },
  { it: 'each has the sidecar', given: { namespaces: [injected], pods: [inside] }, expect: 'ok' },
  { it: 'each bears the mark', given: { namespaces: [ambient], pods: [marked] }, expect: 'ok' },
  {
    it: 'told to stay out, on the host network, or over',
    given: {
      namespaces: [injected],
      pods: [
        pod('a-1', { labels: { 'sidecar.istio.io/inject': 'false' } }),
        pod('b-1', { hostNetwork: true }),
        pod('c-1', { phase: 'Succeeded' }),
      ],
    },
    expect: 'ok',
  },
  {
    it: 'another namespace was asked about',
    given: modelOf({ namespaces: [injected], pods: [] }, {}, { namespace: 'other' }),
    expect: 'not-applicable',
  },
  { it: 'no mesh', given: { namespaces: [namespace('shop')], pods: [pod('web-1')] }, expect: 'not-applicable' },
  {
    it: 'labels of namespaces may not be read',
    given: modelOf({ pods: [inside] }, { namespaces: unknown('forbidden', 'list namespaces') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
