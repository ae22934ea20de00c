import { clusterDns, insideView, resolving } from '../../../test/build/dns.ts'
import { pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { Pod } from '../../model/pod.ts'
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
/** Pods of `other`, and what of the cluster was read beside it. */
const inOther = (name: string, about: Partial<Pod> = {}) => ({
  ...base,
  pods: [pod('old', { namespace: 'other', owner: null, hostAliases: [{ ip: '10.0.0.66', names: [name] }], ...about })],
  insideViews: [insideView('old', { namespace: 'other', resolving: resolving({ hosts: known('') }) })],
})
const unlooked = (name: string, about: Partial<Pod> = {}) => ({
  ...inOther(name, about),
  insideViews: [insideView('web-1')],
})
const shopIsThere = { namespaces: ['other', 'shop'].map((name) => ({ name, labels: {} })) }
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

  {
    it: 'hostAliases name a Service of another namespace, and all were read',
    given: unlooked('web.shop'),
    expect: 'ok',
  },
  ...['cart.shop', 'cart.shop.svc.cluster.local'].map((name) => ({
    it: `hostAliases of another namespace: ${name}`,
    given: unlooked(name),
    expect: [{ subject: 'Pod/other/old', confidence: 'inferred' as const, args: { service: 'shop/cart' } }],
  })),
  ...['cart.shop', 'cart.shop.svc', 'cart.shop.svc.cluster.local'].map((name) => ({
    it: `one namespace in scope: ${name} is of another`,
    given: { ...unlooked(name), services: [], ...shopIsThere },
    scope: { namespace: 'other' },
    expect: 'cannot-tell' as const,
    says: /cart\.shop.*were not read.* -A/s,
  })),
  {
    it: 'the same in a file that was read',
    given: {
      ...inOther('x'),
      insideViews: [
        insideView('old', { namespace: 'other', resolving: resolving({ hosts: known('10.0.0.66 cart.shop') }) }),
      ],
      services: [],
      ...shopIsThere,
    },
    scope: { namespace: 'other' },
    expect: 'cannot-tell',
    says: /cart\.shop/,
  },
  {
    it: 'one namespace in scope, and no namespace of that name is there',
    given: { ...unlooked('partner.example'), services: [], ...shopIsThere },
    scope: { namespace: 'other' },
    expect: 'ok',
  },
  {
    it: 'namespaces not read: a name outside of the cluster',
    given: { ...unlooked('github.com'), services: [] },
    scope: { namespace: 'other' },
    expect: 'ok',
  },
  {
    it: 'namespaces not read: it may be a Service',
    given: { ...unlooked('partner.example'), services: [] },
    scope: { namespace: 'other' },
    expect: 'cannot-tell',
    says: /partner\.example/,
  },
  {
    it: 'namespaces not read: it can only be a Service',
    given: { ...unlooked('cart.io.svc'), services: [] },
    scope: { namespace: 'other' },
    expect: 'cannot-tell',
    says: /cart\.io\.svc/,
  },
  {
    it: "the Service's name at the pod's own address: it calls itself",
    given: { ...base, ...hosts('10.2.1.9 cart') },
    expect: [{ ...on, args: { ip: '10.2.1.9', service: 'shop/cart' } }],
  },
  {
    it: 'its hostname is the name of a Service',
    given: { ...base, pods: [{ ...web, hostname: 'cart' }], ...hosts('10.2.1.9 cart') },
    expect: 'ok',
  },
  {
    it: "on the host's network: the node's name in the node's file",
    given: { ...base, pods: [{ ...web, hostNetwork: true, node: 'cart' }], ...hosts('198.18.0.11 cart') },
    expect: 'ok',
  },
  {
    it: 'two templates in a rollout, the second wrong',
    given: {
      ...base,
      pods: [
        { ...web, hostAliases: [{ ip: '10.0.0.66', names: ['api.example'] }] },
        pod('web-2', { hostAliases: [{ ip: '10.0.0.66', names: ['cart'] }] }),
      ],
    },
    expect: [{ ...on, confidence: 'inferred' }],
  },
  {
    it: 'a pod that waits for its start',
    given: {
      ...base,
      pods: [{ ...web, phase: 'Pending', ready: false, hostAliases: [{ ip: '10.0.0.66', names: ['cart'] }] }],
    },
    expect: [{ ...on, confidence: 'inferred' }],
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
