import { clusterDns } from '../../../test/build/dns.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { EndpointSlice, Service } from '../../model/service.ts'
import check from './slices-unread.ts'

const dns = (image: string) =>
  clusterDns({
    pods: clusterDns().pods.map((it) => ({ ...it, containers: [container({ name: 'coredns', image })] })),
  })
const old = 'k8s.gcr.io/coredns/coredns:v1.8.0'
const headless = service('db', { clusterIP: 'None', selector: null })
const given = (
  image: string,
  about: { readonly service?: Partial<Service>; readonly slice?: Partial<EndpointSlice> } = {},
) => ({
  clusterDns: dns(image),
  services: [{ ...headless, ...about.service }],
  endpointSlices: [slice('db', [pod('db-1')], about.slice)],
})
const on = { subject: 'Service/shop/db', severity: 'warning' } as const

describeCheck(check, [
  {
    it: 'a slice by hand, and CoreDNS 1.8.0',
    given: given(old),
    expect: [
      { ...on, confidence: 'inferred', args: { release: '1.8.0' }, says: /CoreDNS 1\.8\.0 reads Endpoints, and this/ },
    ],
  },
  {
    it: 'an image of somebody',
    given: given('registry.corp/coredns:1.2.0'),
    expect: [{ ...on, confidence: 'possible' }],
  },
  { it: 'CoreDNS 1.8.1', given: given('k8s.gcr.io/coredns/coredns:v1.8.1'), expect: 'ok' },
  { it: 'made of Endpoints', given: given(old, { slice: { mirrorOf: 'db' } }), expect: 'not-applicable' },
  { it: 'Endpoints by themselves', given: given(old, { slice: { from: 'Endpoints' } }), expect: 'not-applicable' },
  {
    it: 'it has an address of its own, and its name leads to that',
    given: given(old, { service: { clusterIP: '10.96.7.7' } }),
    expect: 'not-applicable',
  },
  {
    it: 'a selector: the control plane writes both',
    given: given(old, { service: { selector: { app: 'db' } } }),
    expect: 'not-applicable',
  },
  { it: 'nothing in it', given: given(old, { slice: { endpoints: [] } }), expect: 'not-applicable' },
  {
    it: 'a tag that says nothing',
    given: given('registry.corp/coredns:latest'),
    expect: 'cannot-tell',
    says: /which CoreDNS/,
  },
  {
    it: 'slices forbidden',
    given: modelOf(given(old), { endpointSlices: unknown('forbidden', 'list endpointslices in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
