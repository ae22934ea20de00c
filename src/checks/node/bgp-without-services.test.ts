import { beside } from '../../../test/build/beside.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { CiliumAnnouncer } from '../../model/beside.ts'
import { unknown } from '../../model/known.ts'
import type { LoadBalancer } from '../../model/service.ts'
import check from './bgp-without-services.ts'

const balancer: LoadBalancer = { addresses: ['192.168.20.10'], class: null, problem: null }
const announcer = (
  services: CiliumAnnouncer['services'],
  kind: CiliumAnnouncer['kind'] = 'CiliumBGPPeeringPolicy',
): CiliumAnnouncer => ({ kind, name: 'rack0', services })
const given = (announcers: readonly CiliumAnnouncer[], about: Partial<LoadBalancer> = {}) => ({
  beside: beside({ ciliumAnnouncers: announcers, ciliumPools: ['192.168.20.0/24'] }),
  services: [service('front', { type: 'LoadBalancer', loadBalancer: { ...balancer, ...about } })],
})

describeCheck(check, [
  {
    it: 'a policy without serviceSelector',
    given: given([announcer('none')]),
    expect: [
      {
        subject: 'CiliumBGPPeeringPolicy/rack0',
        severity: 'warning',
        confidence: 'possible',
        says: /has no selector for Services, so that Cilium announces no address/,
      },
    ],
  },
  {
    it: 'an advertisement of ranges of pods alone',
    given: given([announcer('none', 'CiliumBGPAdvertisement')]),
    expect: [{ subject: 'CiliumBGPAdvertisement/rack0', args: { isPolicy: false } }],
  },
  { it: 'one of two chooses Services', given: given([announcer('none'), announcer('some')]), expect: 'ok' },
  {
    it: 'by ARP',
    given: given([announcer('none'), announcer('some', 'CiliumL2AnnouncementPolicy')]),
    expect: 'ok',
  },
  { it: 'nothing of it in the file', given: given([]), expect: 'cannot-tell', says: /holds nothing by which Cilium/ },
  {
    it: 'an address of another',
    given: given([announcer('none')], { addresses: ['203.0.113.5'] }),
    expect: 'not-applicable',
  },
  {
    it: 'a class of another',
    given: given([announcer('none')], { class: 'kube-vip.io/kube-vip' }),
    expect: 'not-applicable',
  },
  { it: 'no address yet', given: given([announcer('none')], { addresses: [] }), expect: 'not-applicable' },
  {
    it: 'Services forbidden',
    given: modelOf(given([announcer('none')]), { services: unknown('forbidden', 'list services in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
