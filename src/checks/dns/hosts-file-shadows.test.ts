import { clusterDns, insideView, resolving } from '../../../test/build/dns.ts'
import { pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { InsideName, InsideResolving } from '../../model/inside.ts'
import { known, unknown } from '../../model/known.ts'
import check from './hosts-file-shadows.ts'

const cart = service('cart')
const web = pod('web-1', { ip: '10.2.1.9' })
const peers = [pod('db-0', { ip: '10.2.1.20' })]
const base = {
  pods: [web],
  services: [cart, service('db', { clusterIP: 'None' })],
  clusterDns: clusterDns(),
  endpointSlices: [slice('db', peers)],
}
const hosts = (lines: string, about: Partial<InsideResolving> = {}) => ({
  insideViews: [
    insideView('web-1', {
      resolving: resolving({ hosts: known(`127.0.0.1\tlocalhost\n10.2.1.9\tweb-1\n${lines}\n`), ...about }),
    }),
  ],
})
const looked = (typed: string, ...addresses: readonly string[]): Partial<InsideResolving> => ({
  names: [
    {
      service: { namespace: 'shop', name: 'cart' },
      typed,
      tool: 'getent',
      result: 'ok',
      addresses,
      ms: 1,
    } satisfies InsideName,
  ],
})
const alias = (ip: string, ...names: readonly string[]) => ({ pods: [{ ...web, hostAliases: [{ ip, names }] }] })
const on = { subject: 'Deployment/shop/web', severity: 'error' } as const

describeCheck(check, [
  ...['cart', 'cart.shop', 'cart.shop.svc', 'cart.shop.svc.cluster.local', 'CART.shop.'].map((name) => ({
    it: `an old address for ${name}`,
    given: { ...base, ...hosts(`10.0.0.66 x ${name} # by hand`) },
    expect: [
      {
        ...on,
        confidence: 'observed' as const,
        args: { ip: '10.0.0.66', service: 'shop/cart', is: '10.96.44.7', from: '/etc/hosts' },
      },
    ],
  })),
  {
    it: 'looked up in the pod: that very address',
    given: { ...base, ...hosts('10.0.0.66 cart', looked('cart', '10.0.0.66')) },
    expect: [{ ...on, args: { lookup: 'looked up there: 10.0.0.66' } }],
  },
  {
    it: 'hostAliases of the spec, and the file was read',
    given: { ...base, ...alias('10.0.0.66', 'cart'), ...hosts('10.0.0.66 cart') },
    expect: [{ ...on, confidence: 'observed', args: { from: 'hostAliases' } }],
  },
  {
    it: 'hostAliases of the spec alone',
    given: { ...base, ...alias('10.0.0.66', 'cart.shop.svc.cluster.local') },
    expect: [{ ...on, confidence: 'inferred' }],
  },
  {
    it: 'a headless Service, and an address that none of its endpoints has',
    given: { ...base, ...hosts('10.2.1.99 db') },
    expect: [{ ...on, args: { is: 'headless' } }],
  },

  { it: "the Service's own address", given: { ...base, ...hosts('10.96.44.7 cart') }, expect: 'ok' },
  { it: 'one endpoint of a headless Service', given: { ...base, ...hosts('10.2.1.20 db') }, expect: 'ok' },
  { it: 'the other family of a dual-stack Service', given: { ...base, ...hosts('fd00:10:96::66 cart') }, expect: 'ok' },
  { it: 'names of no Service', given: { ...base, ...hosts('10.0.0.66 api.example cart.example') }, expect: 'ok' },
  { it: 'a comment', given: { ...base, ...hosts('#10.0.0.66 cart') }, expect: 'ok' },
  {
    it: "the pod's own name, which a Service has as well",
    given: { ...base, services: [service('web-1')], ...hosts('10.2.1.9 web-1.web.shop.svc.cluster.local web-1') },
    expect: 'ok',
  },
  {
    it: 'the library says otherwise: it does not go by the file',
    given: { ...base, ...hosts('10.0.0.66 cart', looked('cart', '10.96.44.7')) },
    expect: 'ok',
  },
  {
    it: 'DNS comes first in its nsswitch.conf',
    given: { ...base, ...hosts('10.0.0.66 cart', { nsswitch: known('dns files') }) },
    expect: 'ok',
  },
  { it: 'nobody looked', given: base, expect: 'cannot-tell', says: /--probe/ },
  { it: 'no pod runs', given: { ...base, pods: [] }, expect: 'not-applicable' },
  {
    it: 'Services forbidden',
    given: modelOf({ pods: [web] }, { services: unknown('forbidden', 'list services in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
