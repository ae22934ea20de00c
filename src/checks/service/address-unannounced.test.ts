import { beside } from '../../../test/build/beside.ts'
import { controller } from '../../../test/build/ingress.ts'
import { node } from '../../../test/build/node.ts'
import { pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { AddressPool, Advertisement, Beside } from '../../model/beside.ts'
import { unknown } from '../../model/known.ts'
import type { Selector } from '../../model/network-policy.ts'
import type { Service } from '../../model/service.ts'
import check from './address-unannounced.ts'

const pool = (about: Partial<AddressPool> = {}): AddressPool => ({
  namespace: 'metallb-system',
  name: 'first',
  addresses: ['192.0.2.10-192.0.2.20'],
  assigns: 'itself',
  ...about,
})
const advert = (about: Partial<Advertisement> = {}): Advertisement => ({
  kind: 'L2Advertisement',
  namespace: 'metallb-system',
  name: 'l2',
  pools: [],
  selectsPools: 'by name',
  nodes: null,
  choosesNodes: 'labels',
  ...about,
})
const balanced = (addresses: readonly string[], more: object = {}): Partial<Service> => ({
  type: 'LoadBalancer',
  loadBalancer: { addresses, class: null, problem: null, ...more },
})
const given = (about: Partial<Beside>, web: Partial<Service> = balanced(['192.0.2.10'])) => ({
  beside: beside({ pools: [pool()], ...about }),
  services: [service('web', web)],
  endpointSlices: [slice('web', [pod('web-1', { node: 'worker-1' })])],
  nodes: [node('worker-1'), node('worker-2')],
})
const found = (why: string, confidence: 'inferred' | 'possible' = 'inferred') => [
  { subject: 'Service/shop/web', confidence, args: { why } },
]
const ofWeb = { subject: 'Service/shop/web', confidence: 'inferred' } as const
const on = (name: string) => ({ nodes: [{ 'kubernetes.io/hostname': name }] })
const by = (pairs: Readonly<Record<string, string>>, ...matchExpressions: Selector['matchExpressions']) => ({
  nodesBy: [{ matchLabels: pairs, matchExpressions }],
})
const speakers = (...on: readonly string[]) =>
  on.map((it) =>
    pod(`speaker-${it}`, { namespace: 'metallb-system', labels: { app: 'metallb', component: 'speaker' }, node: it }),
  )
const excluded = { 'node.kubernetes.io/exclude-from-external-load-balancers': '' }
const local = { ...balanced(['192.0.2.10']), externalTrafficPolicy: 'Local' as const }

const onlyFor = (namespaces: readonly string[], namespacesBy: readonly Selector[] = []) =>
  pool({ only: { namespaces, namespacesBy, servicesBy: [] } })
const labelled = (key: string): Selector => ({ matchLabels: { [key]: 'yes' }, matchExpressions: [] })

describeCheck(check, [
  {
    it: 'the pool is for another namespace',
    given: given({ pools: [onlyFor(['other'])], advertisements: [advert()] }, balanced([])),
    expect: [{ ...ofWeb, args: { why: 'not-for-it' }, says: /pool first is not for it/ }],
  },
  {
    it: 'the pool that it asks for is for other Services',
    given: given(
      {
        pools: [pool({ only: { namespaces: ['shop'], namespacesBy: [], servicesBy: [labelled('public')] } })],
        advertisements: [advert()],
      },
      balanced([], { asksFor: 'something', asksPool: 'first' }),
    ),
    expect: [{ ...ofWeb, args: { why: 'not-for-it' } }],
  },
  {
    it: 'the pool is for namespaces of a label, which this one does not bear',
    given: {
      ...given({ pools: [onlyFor([], [labelled('edge')])], advertisements: [advert()] }, balanced([])),
      namespaces: [
        { name: 'shop', labels: {} },
        { name: 'other', labels: { edge: 'yes' } },
      ],
    },
    expect: [{ ...ofWeb, args: { why: 'not-for-it' } }],
  },
  {
    it: 'which namespaces bear the label is not known',
    given: modelOf(given({ pools: [onlyFor([], [labelled('edge')])], advertisements: [advert()] }, balanced([])), {
      namespaces: unknown('forbidden', 'list namespaces'),
    }),
    expect: 'not-applicable',
  },
  {
    it: 'the pool is for this namespace',
    given: given({ pools: [onlyFor(['shop'])], advertisements: [advert()] }, balanced([])),
    expect: 'not-applicable',
  },
  {
    it: 'it asks for a pool that there is not',
    given: given({ advertisements: [advert()] }, balanced([], { asksFor: 'something', asksPool: 'public' })),
    expect: [{ ...ofWeb, args: { why: 'no-pool' }, says: /asks for pool public, and there is none/ }],
  },
  {
    it: 'for an address that no pool has',
    given: given({ advertisements: [advert()] }, balanced([], { asksFor: 'something', asksAddresses: ['192.0.2.99'] })),
    expect: [{ ...ofWeb, args: { why: 'no-address' }, says: /asks for 192\.0\.2\.99, which no pool has/ }],
  },
  {
    it: 'for what there is, and has not got it yet',
    given: given(
      { advertisements: [advert()] },
      balanced([], { asksFor: 'something', asksPool: 'first', asksAddresses: ['192.0.2.11'] }),
    ),
    expect: 'not-applicable',
  },
  {
    it: "for another pool, and is another's",
    given: given({ advertisements: [advert()] }, balanced([], { class: 'io.cilium/l2', asksPool: 'public' })),
    expect: 'not-applicable',
  },
  {
    it: 'for an address of IPv6, of a range that is not read',
    given: given(
      { pools: [pool({ addresses: ['2001:db8::1-2001:db8::9'] })] },
      balanced([], { asksFor: 'something', asksAddresses: ['2001:db8::2'] }),
    ),
    expect: 'not-applicable',
  },
  { it: 'an advertisement of all pools', given: given({ advertisements: [advert()] }), expect: 'ok' },
  { it: 'one of this pool', given: given({ advertisements: [advert({ pools: ['first'] })] }), expect: 'ok' },
  { it: 'one by BGP', given: given({ advertisements: [advert({ kind: 'BGPAdvertisement' })] }), expect: 'ok' },
  {
    it: 'one by BGP, with a peer in the file',
    given: given({ advertisements: [advert({ kind: 'BGPAdvertisement' })], bgpPeers: 1 }),
    expect: 'ok',
  },
  {
    it: 'by BGP to peers that are not there',
    given: given({
      advertisements: [advert({ kind: 'BGPAdvertisement', peers: ['tor-9'] })],
      bgpPeers: 1,
      bgpPeerNames: ['tor-1'],
    }),
    expect: [{ subject: 'Service/shop/web', args: { why: 'no-peer' } }],
  },
  {
    it: 'by BGP to one peer that is there',
    given: given({
      advertisements: [advert({ kind: 'BGPAdvertisement', peers: ['tor-9', 'tor-1'] })],
      bgpPeers: 1,
      bgpPeerNames: ['tor-1'],
    }),
    expect: 'ok',
  },
  {
    it: 'beside one by ARP',
    given: given({
      advertisements: [advert({ kind: 'BGPAdvertisement', peers: ['tor-9'] }), advert()],
      bgpPeers: 1,
      bgpPeerNames: ['tor-1'],
    }),
    expect: 'ok',
  },
  {
    it: 'on interfaces that nobody looked for',
    given: given({ advertisements: [advert({ interfaces: ['eno99'] })] }),
    expect: 'cannot-tell',
    says: /interface eno99 alone/,
  },
  {
    it: 'one of two names no interface',
    given: given({ advertisements: [advert({ interfaces: ['eno99'] }), advert({ name: 'other' })] }),
    expect: 'ok',
  },
  {
    it: 'one by BGP, and no peer in the file',
    given: given({ advertisements: [advert({ kind: 'BGPAdvertisement' })], bgpPeers: 0 }),
    expect: 'cannot-tell',
    says: /holds no BGPPeer/,
  },
  {
    it: 'one by BGP without a peer, beside one by ARP',
    given: given({ advertisements: [advert({ kind: 'BGPAdvertisement' }), advert()], bgpPeers: 0 }),
    expect: 'ok',
  },
  {
    it: 'one that chooses pools by labels',
    given: given({ advertisements: [advert({ selectsPools: 'labels' })] }),
    expect: 'ok',
  },
  {
    it: 'one of another pool',
    given: given({ advertisements: [advert({ pools: ['second'] })] }),
    expect: found('unannounced'),
  },
  { it: 'none in the file', given: given({}), expect: found('unannounced', 'possible') },
  { it: 'an address of nobody', given: given({}, balanced(['198.51.100.1'])), expect: 'not-applicable' },
  {
    it: 'a range by its prefix',
    given: given({ pools: [pool({ addresses: ['192.0.2.0/24'] })] }),
    expect: found('unannounced', 'possible'),
  },
  {
    it: 'Local, announced from a node without it',
    given: given({ advertisements: [advert(on('worker-2'))] }, local),
    expect: found('no-node'),
  },
  {
    it: 'Local, announced from its node',
    given: given({ advertisements: [advert(on('worker-1'))] }, local),
    expect: 'ok',
  },
  { it: 'Cluster, announced from any node', given: given({ advertisements: [advert(on('worker-2'))] }), expect: 'ok' },
  {
    it: 'nodes by expressions',
    given: given({ advertisements: [advert({ ...on('worker-2'), choosesNodes: 'expressions' })] }, local),
    expect: 'ok',
  },
  {
    it: 'nodes that are not there',
    given: given({ advertisements: [advert(by({ 'kubernetes.io/hostname': 'worker-9' }))] }),
    expect: [
      { subject: 'Service/shop/web', args: { why: 'chosen' }, says: 'nodeSelectors of L2Advertisement l2 match none' },
    ],
  },
  {
    it: 'nodes that are there, by an expression',
    given: given({
      advertisements: [advert(by({}, { key: 'kubernetes.io/hostname', operator: 'In', values: ['worker-2'] }))],
    }),
    expect: 'ok',
  },
  {
    it: 'one of two advertisements chooses nodes that are there',
    given: given({
      advertisements: [advert(by({ 'kubernetes.io/hostname': 'worker-9' })), advert({ name: 'all' })],
    }),
    expect: 'ok',
  },
  {
    it: 'pools by labels that none has',
    given: given({
      advertisements: [
        advert({ selectsPools: 'labels', poolsBy: [{ matchLabels: { zone: 'a' }, matchExpressions: [] }] }),
      ],
    }),
    expect: found('unannounced'),
  },
  {
    it: 'pools by labels that it has',
    given: given({
      pools: [pool({ labels: { zone: 'a' } })],
      advertisements: [
        advert({ selectsPools: 'labels', poolsBy: [{ matchLabels: { zone: 'a' }, matchExpressions: [] }] }),
      ],
    }),
    expect: 'ok',
  },
  {
    it: 'the nodes that it chooses are kept from load balancers',
    given: {
      ...given({ advertisements: [advert(by({ zone: 'a' }))] }),
      nodes: [node('worker-1', { labels: { zone: 'a', ...excluded } }), node('worker-2')],
    },
    expect: found('excluded', 'possible'),
  },
  {
    it: 'all nodes are: that is told elsewhere',
    given: { ...given({ advertisements: [advert()] }), nodes: [node('worker-1', { labels: excluded })] },
    expect: 'ok',
  },
  {
    it: 'no speaker on the node that it chooses',
    given: {
      ...given({ advertisements: [advert(by({ 'kubernetes.io/hostname': 'worker-1' }))] }),
      pods: speakers('worker-2'),
    },
    expect: found('speaker'),
  },
  {
    it: 'a speaker there',
    given: {
      ...given({ advertisements: [advert(by({ 'kubernetes.io/hostname': 'worker-1' }))] }),
      pods: speakers('worker-1', 'worker-2'),
    },
    expect: 'ok',
  },
  {
    it: 'the Service before a controller, of another namespace than was asked about',
    given: {
      ...given({ advertisements: [advert(by({ zone: 'z' }))] }),
      services: [],
      ingressControllers: [
        controller({
          fronts: [
            {
              namespace: 'ingress-nginx',
              name: 'front',
              type: 'LoadBalancer' as const,
              addresses: ['192.0.2.11'],
              ports: [],
              wants: [],
              ready: 1,
            },
          ],
        }),
      ],
    },
    expect: [{ subject: 'Service/ingress-nginx/front', args: { why: 'chosen' } }],
  },
  {
    it: 'no address, and pools that are given out when asked',
    given: given({ pools: [pool({ assigns: 'when asked' })] }, balanced([])),
    expect: found('unassigned'),
  },
  {
    it: 'the same, which asks',
    given: given({ pools: [pool({ assigns: 'when asked' })] }, balanced([], { asksFor: 'something' })),
    expect: 'not-applicable',
  },
  {
    it: 'no address, and a pool that is given out by itself: another fault',
    given: given({}, balanced([])),
    expect: 'not-applicable',
  },
  { it: 'no pool in the file', given: given({ pools: null }), expect: 'not-applicable' },
  {
    it: 'a cluster',
    given: modelOf({ services: [], endpointSlices: [] }, { beside: unknown('not-asked', 'of files alone') }),
    expect: 'not-applicable',
  },
])
