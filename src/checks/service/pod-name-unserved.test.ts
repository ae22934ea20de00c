import { pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import check from './pod-name-unserved.ts'

const peer = (n: number, about: Partial<Pod> = {}): Pod =>
  pod(`peer-${n}`, { hostname: `peer-${n}`, subdomain: 'peers', owner: null, ip: `10.2.1.${n + 1}`, ...about })
const headless = (name: string, about: Partial<Service> = {}): Service =>
  service(name, { clusterIP: 'None', selector: { app: 'peer' }, ...about })
const of = (pods: readonly Pod[], services: readonly Service[]) => ({
  pods,
  services,
  endpointSlices: services.map((it) => slice(it.name, it.type === 'ExternalName' ? [] : pods)),
})
const handMade = (hostname?: string) => ({
  pods: [peer(0)],
  services: [headless('peers', { selector: null })],
  endpointSlices: [
    slice('peers', [], {
      endpoints: [
        {
          ip: '10.2.1.1',
          ready: true,
          serving: true,
          terminating: false,
          node: null,
          pod: null,
          ...(hostname === undefined ? {} : { hostname }),
        },
      ],
    }),
  ],
})

describeCheck(check, [
  {
    it: 'the headless Service is called otherwise',
    given: of([peer(0), peer(1)], [headless('peer')]),
    expect: [
      {
        subject: 'Pod/shop/peer-0',
        severity: 'warning',
        confidence: 'inferred',
        args: { is: 'missing', name: 'peer-0.peers', near: 'peer', pods: 2 },
        says: /Service `peers` is not there/,
      },
    ],
  },
  {
    it: 'no Service at all, and two subdomains',
    given: of([peer(0), peer(1, { subdomain: 'others' })], []),
    expect: [
      { subject: 'Pod/shop/peer-0', args: { near: null, headless: 'none' } },
      { subject: 'Pod/shop/peer-1', args: { name: 'peer-1.others' } },
    ],
  },
  {
    it: 'a Service of that name in another namespace',
    given: of([peer(0)], [headless('peers', { namespace: 'other' })]),
    expect: [{ subject: 'Pod/shop/peer-0', args: { is: 'missing' } }],
  },
  {
    it: "a Deployment's template says so",
    given: of([pod('peer-1', { hostname: 'peer', subdomain: 'peers' })], []),
    expect: [{ subject: 'Deployment/shop/peer' }],
  },
  {
    it: 'a headless Service that selects the pods of another',
    given: of([peer(0)], [headless('peers', { selector: { app: 'cache' } })]),
    expect: [{ subject: 'Pod/shop/peer-0', args: { is: 'selects-others' } }],
  },
  {
    it: 'an ExternalName',
    given: of(
      [peer(0)],
      [headless('peers', { type: 'ExternalName', clusterIP: null, externalName: 'peers.example', selector: null })],
    ),
    expect: [{ subject: 'Pod/shop/peer-0', args: { is: 'external' } }],
  },
  {
    it: 'endpoints kept by hand, without a hostname',
    given: handMade(),
    expect: [{ subject: 'Pod/shop/peer-0', args: { is: 'no-hostname' } }],
  },
  {
    it: 'endpoints kept by hand, with another hostname',
    given: handMade('peer-1'),
    expect: [{ subject: 'Pod/shop/peer-0', args: { is: 'no-hostname' } }],
  },
  { it: 'endpoints kept by hand, with the hostname', given: handMade('peer-0'), expect: 'ok' },
  {
    it: 'endpoints kept by hand that nobody read',
    given: modelOf(
      { pods: [peer(0)], services: [headless('peers', { selector: null })] },
      { endpointSlices: unknown('forbidden', 'list endpointslices in shop') },
    ),
    expect: 'cannot-tell',
    says: /peer-0\.peers/,
  },
  {
    it: 'its endpoint in the slice has no hostname',
    given: {
      ...of([peer(0)], [headless('peers')]),
      endpointSlices: [slice('peers', [pod('peer-0', { ip: '10.2.1.1' })])],
    },
    expect: [{ subject: 'Pod/shop/peer-0', args: { is: 'no-hostname' } }],
  },
  {
    it: 'a Service with an address: CoreDNS serves the name all the same',
    given: of([peer(0)], [service('peers', { selector: { app: 'peer' } })]),
    expect: 'ok',
    says: /1 of them by a Service that is not headless/,
  },
  {
    it: 'somebody asks about the pod',
    given: modelOf(
      of([peer(0)], []),
      {},
      { target: { kind: 'object', object: subject('Pod', 'shop', 'peer-0'), url: null } },
    ),
    expect: [{ subject: 'Pod/shop/peer-0', severity: 'error' }],
  },
  { it: 'a headless Service of that name', given: of([peer(0), peer(1)], [headless('peers')]), expect: 'ok' },
  {
    it: 'it has no endpoint yet',
    given: { ...of([peer(0, { ip: null, phase: 'Pending', ready: false })], [headless('peers')]) },
    expect: 'ok',
  },
  {
    it: 'slices forbidden, and the Service selects it',
    given: modelOf(
      { pods: [peer(0)], services: [headless('peers')] },
      { endpointSlices: unknown('forbidden', 'list endpointslices in shop') },
    ),
    expect: 'ok',
  },
  {
    it: 'the pods of a StatefulSet: SVC211 says it once',
    given: of([peer(0, { owner: { kind: 'StatefulSet', name: 'peer' } })], []),
    expect: 'not-applicable',
  },
  { it: 'a subdomain alone', given: of([pod('peer-0', { subdomain: 'peers' })], []), expect: 'not-applicable' },
  { it: 'a hostname alone', given: of([pod('peer-0', { hostname: 'peer-0' })], []), expect: 'not-applicable' },
  { it: 'the pod is over', given: of([peer(0, { phase: 'Succeeded' })], []), expect: 'not-applicable' },
  { it: 'the pod is leaving', given: of([peer(0, { deleting: true })], []), expect: 'not-applicable' },
])
