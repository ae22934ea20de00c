import { expect, test } from 'vitest'
import { projectCiliumAnnouncer, projectCiliumPool } from './cilium-announcer.ts'

const object = (kind: string, spec: object, apiVersion = 'cilium.io/v2alpha1') => ({
  apiVersion,
  kind,
  metadata: { name: 'rack0' },
  spec,
})
const selector = { matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['b'] }] }
const balancers = { advertisementType: 'Service', service: { addresses: ['LoadBalancerIP'] } }

test.each([
  ['CiliumBGPPeeringPolicy', { virtualRouters: [{ localASN: 1, exportPodCIDR: true }] }, 'none'],
  ['CiliumBGPPeeringPolicy', { virtualRouters: [{}, { serviceSelector: selector }] }, 'some'],
  ['CiliumBGPAdvertisement', { advertisements: [{ advertisementType: 'PodCIDR' }] }, 'none'],
  ['CiliumBGPAdvertisement', { advertisements: [balancers] }, 'none'],
  ['CiliumBGPAdvertisement', { advertisements: [{ ...balancers, selector }] }, 'some'],
  [
    'CiliumBGPAdvertisement',
    { advertisements: [{ advertisementType: 'Service', service: { addresses: ['ClusterIP'] }, selector }] },
    'none',
  ],
  ['CiliumL2AnnouncementPolicy', { loadBalancerIPs: true }, 'some'],
  ['CiliumL2AnnouncementPolicy', { externalIPs: true }, 'none'],
])('%s %j announces of balancers: %s', (kind, spec, services) => {
  expect(projectCiliumAnnouncer(object(kind, spec))).toEqual({ kind, name: 'rack0', services })
})

test('what is no announcer', () => {
  expect(projectCiliumAnnouncer(object('CiliumNode', {}))).toBeNull()
  expect(projectCiliumAnnouncer(object('CiliumBGPPeeringPolicy', {}, 'other.io/v1'))).toBeNull()
  expect(projectCiliumAnnouncer(null)).toBeNull()
})

test('ranges of a pool', () => {
  const spec = {
    blocks: [{ cidr: '192.0.2.0/24' }, { start: '192.0.2.1', stop: '192.0.2.9' }, { start: '192.0.2.7' }, {}],
  }
  expect(projectCiliumPool(object('CiliumLoadBalancerIPPool', spec))).toEqual([
    '192.0.2.0/24',
    '192.0.2.1-192.0.2.9',
    '192.0.2.7-192.0.2.7',
  ])
  expect(projectCiliumPool(object('CiliumBGPPeeringPolicy', spec))).toBeNull()
})
