import { beside } from '../../../test/build/beside.ts'
import { node } from '../../../test/build/node.ts'
import { pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { AddressPool, Advertisement, Beside } from '../../model/beside.ts'
import { unknown } from '../../model/known.ts'
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
const on = (name: string) => ({ nodes: [{ 'kubernetes.io/hostname': name }] })
const local = { ...balanced(['192.0.2.10']), externalTrafficPolicy: 'Local' as const }

describeCheck(check, [
  { it: 'an advertisement of all pools', given: given({ advertisements: [advert()] }), expect: 'ok' },
  { it: 'one of this pool', given: given({ advertisements: [advert({ pools: ['first'] })] }), expect: 'ok' },
  { it: 'one by BGP', given: given({ advertisements: [advert({ kind: 'BGPAdvertisement' })] }), expect: 'ok' },
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
