import { clusterDns } from '../../../test/build/dns.ts'
import { nameAnswer } from '../../../test/build/name-answers.ts'
import { pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import type { NameAnswer } from '../../model/name-answers.ts'
import check from './name-of-gone-pod.ts'

const kv = service('kv', { clusterIP: 'None' })
const here = pod('kv-0', { ip: '10.2.1.57', subdomain: 'kv', hostname: 'kv-0' })
const corefile = (ttl: number, cache = 'cache 3600'): string =>
  `.:53 {\n  kubernetes cluster.local in-addr.arpa {\n    ttl ${ttl}\n  }\n  ${cache}\n}\n`
const from = { namespace: 'shop', labels: {} }
const of = (ip: string, ttl: number, about: Partial<NameAnswer> = {}): NameAnswer =>
  nameAnswer(
    { kind: 'member', service: { namespace: 'shop', name: 'kv' }, pod: 'kv-0' },
    'kv-0.kv.shop.svc.cluster.local.',
    { answer: 'ok', rcode: 'NOERROR', addresses: [ip], ttl, ...about },
  )
const given = (answers: readonly NameAnswer[], text = corefile(3600)) => ({
  clusterDns: clusterDns({ corefile: known(text) }),
  services: [kv],
  pods: [here],
  endpointSlices: [slice('kv', [here])],
  nameAnswers: { from, answers, searches: [], notAsked: 0 },
})

describeCheck(check, [
  {
    it: 'a server gives the address that the pod had, for most of an hour',
    given: given([of('10.2.3.5', 3539), of('10.2.1.57', 3590)]),
    expect: [
      {
        subject: 'Service/shop/kv',
        severity: 'error',
        confidence: 'observed',
        args: { ip: '10.2.3.5', seconds: 3539, kept: 3600, now: '10.2.1.57' },
        says: /DNS gives kv-0.kv.shop.svc.cluster.local the address 10.2.3.5, which no pod of Service shop\/kv has/,
      },
    ],
  },
  {
    it: 'as young as the probe: a pod that was made since may have it',
    given: given([of('10.2.3.5', 3598)]),
    expect: [{ subject: 'Service/shop/kv', severity: 'warning', confidence: 'possible' }],
  },
  {
    it: 'by the text alone: addresses are kept for an hour, and none is wrong now',
    given: given([of('10.2.1.57', 3300)]),
    expect: [
      { subject: 'ConfigMap/kube-system/coredns', severity: 'info', confidence: 'inferred', args: { ip: null } },
    ],
  },
  {
    it: 'an old address for some seconds more: a client tries again',
    given: given([of('10.2.3.5', 12)], corefile(30, 'cache 30')),
    expect: 'ok',
  },
  { it: 'a big cache alone keeps nothing longer', given: given([of('10.2.1.57', 5)], corefile(5)), expect: 'ok' },
  {
    it: 'no headless Service',
    given: { ...given([]), services: [service('kv')] },
    expect: 'not-applicable',
  },
  {
    it: 'headless, with endpoints that somebody else writes',
    given: { ...given([of('192.0.2.9', 3000)]), services: [service('kv', { clusterIP: 'None', selector: null })] },
    expect: 'not-applicable',
  },
  {
    it: 'the Corefile was not read, and nothing was asked',
    given: modelOf(
      { ...given([]), clusterDns: clusterDns({ corefile: unknown('forbidden', 'get configmaps') }) },
      { nameAnswers: unknown('not-asked', '--probe') },
    ),
    expect: 'cannot-tell',
  },
])
