import { beside } from '../../../test/build/beside.ts'
import { ingress } from '../../../test/build/ingress.ts'
import { mesh, meshPod } from '../../../test/build/istio.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { MeshSettings } from '../../model/beside.ts'
import type { Mesh, ServiceEntry } from '../../model/mesh.ts'
import { unknown } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import check from './host-not-registered.ts'

const calling = (host: string) => container({ calls: [{ host, port: 443, by: 'PAY_URL' }] })
const proxy = container({ name: 'istio-proxy', ports: [] })
const to = (host: string): Pod =>
  meshPod('web-1', { owner: { kind: 'StatefulSet', name: 'web' }, containers: [calling(host), proxy] })
const settings = (outbound: MeshSettings['outbound'], name = 'istio'): MeshSettings => ({
  namespace: 'istio-system',
  name,
  outbound,
})
const given = (pods: readonly Pod[], about: Partial<Mesh> = {}, all = [settings('REGISTRY_ONLY')]) => ({
  beside: beside({ meshSettings: all }),
  ingresses: [ingress([])],
  gatewayRoutes: [],
  mesh: mesh({
    serviceEntries: [{ namespace: 'shop', name: 'git', hosts: ['api.github.com', '*.stripe.com'] }],
    ...about,
  }),
  pods,
})
const entry = (about: Partial<ServiceEntry>): ServiceEntry => ({
  namespace: 'shop',
  name: 'git',
  hosts: ['api.github.com'],
  ...about,
})
const found = [{ subject: 'StatefulSet/shop/web', confidence: 'inferred' as const, says: /api\.paypal\.com/ }]

describeCheck(check, [
  { it: 'a host that no ServiceEntry has', given: given([to('api.paypal.com')]), expect: found },
  { it: 'one of two labels', given: given([to('api-paypal.com')]), expect: [{ subject: 'StatefulSet/shop/web' }] },
  { it: 'one that it has', given: given([to('api.github.com')]), expect: 'ok' },
  {
    it: 'a port that it has not',
    given: given([to('api.github.com')], { serviceEntries: [entry({ ports: [80] })] }),
    expect: [
      { subject: 'StatefulSet/shop/web', args: { why: 'no-port', port: 443 }, says: /shop\/git has no port 443/ },
    ],
  },
  {
    it: 'another ServiceEntry has the port',
    given: given([to('api.github.com')], {
      serviceEntries: [entry({ ports: [80] }), entry({ name: 'git-tls', ports: [443] })],
    }),
    expect: 'ok',
  },
  {
    it: 'one of another namespace, for that alone',
    given: given([to('api.github.com')], {
      serviceEntries: [entry({ namespace: 'egress', ports: [443], exportTo: ['.'] })],
    }),
    expect: [{ subject: 'StatefulSet/shop/web', args: { why: 'hidden' }, says: /egress\/git is not exported/ }],
  },
  {
    it: 'one of another namespace, for this one too',
    given: given([to('api.github.com')], {
      serviceEntries: [entry({ namespace: 'egress', ports: [443], exportTo: ['.', 'shop'] })],
    }),
    expect: 'ok',
  },
  {
    it: "its namespace's own alone",
    given: given([to('api.github.com')], { serviceEntries: [entry({ ports: [443], exportTo: ['.'] })] }),
    expect: 'ok',
  },
  { it: 'one below a wildcard', given: given([to('api.stripe.com.')]), expect: 'ok' },
  { it: 'a Service', given: given([to('cart.shop.svc.cluster.local')]), expect: 'ok', says: /no pod of the mesh/ },
  { it: "a Service's short name", given: given([to('cart.shop')]), expect: 'ok' },
  { it: 'what the cluster itself serves', given: given([to('web.example.com')]), expect: 'ok' },
  { it: 'an address', given: given([to('192.0.2.1')]), expect: 'ok' },
  {
    it: 'a pod without a proxy',
    given: given([pod('web-1', { containers: [calling('api.paypal.com')] })]),
    expect: 'ok',
  },
  { it: 'any host is let through', given: given([to('api.paypal.com')], {}, [settings(null)]), expect: 'ok' },
  {
    it: 'one revision lets through, and one does not',
    given: given([to('api.paypal.com')], {}, [settings('REGISTRY_ONLY'), settings(null, 'istio-canary')]),
    expect: 'cannot-tell',
    says: /revisions/,
  },
  {
    it: 'a Sidecar of the root namespace may say otherwise for all',
    given: given([to('api.paypal.com')], {
      sidecars: [{ namespace: 'istio-system', name: 'default', selector: null, egress: null }],
    }),
    expect: 'cannot-tell',
    says: /Sidecar of istio-system/,
  },
  {
    it: 'a Sidecar may say otherwise',
    given: given([to('api.paypal.com')], {
      sidecars: [{ namespace: 'shop', name: 'default', selector: null, egress: null }],
    }),
    expect: 'ok',
  },
  {
    it: 'ServiceEntries of which the file may lack some',
    given: given([to('api.paypal.com')], { notHeld: ['ServiceEntry'] }),
    expect: 'cannot-tell',
    says: /not every ServiceEntry/,
  },
  {
    it: 'none of them in the file',
    given: given([to('api.paypal.com')], { notHeld: ['ServiceEntry'], serviceEntries: [] }),
    expect: 'cannot-tell',
  },
  { it: 'no settings of Istio', given: given([], {}, []), expect: 'not-applicable' },
  {
    it: 'a cluster',
    given: modelOf({ mesh: mesh(), pods: [] }, { beside: unknown('not-asked', 'of files alone') }),
    expect: 'not-applicable',
  },
])
