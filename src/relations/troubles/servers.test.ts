import { expect, test } from 'vitest'
import { clusterDns } from '../../../test/build/dns.ts'
import * as F from '../../../test/build/dns-faults.ts'
import { coreDnsWindow } from '../../../test/build/lookups.ts'
import { serverLog } from '../../../test/build/server-log.ts'
import { linesOf } from '../../../test/build/troubles.ts'
import { modelOf } from '../../../test/describe-check.ts'
import type { CoreDnsSign } from '../../wire/coredns-log.ts'
import type { Sources } from '../../model/sources.ts'
import { serverLogTroubles, serverWindowTroubles } from './servers.ts'

const dns = clusterDns()
const window = (responses: Readonly<Record<string, number>>, pod = 'coredns-0'): Partial<Sources> => ({
  clusterDns: dns,
  coreDnsWindows: [{ ...coreDnsWindow(pod, '10.2.0.2', 0.1), responses }],
})
const sign = (kind: CoreDnsSign['kind'], times = 3): CoreDnsSign => ({ kind, times, said: 'so' })
const logged = (...signs: readonly CoreDnsSign[]): Partial<Sources> => ({
  clusterDns: dns,
  dnsServerLogs: [serverLog('coredns-1', signs)],
})

test.each<[it: string, given: Partial<Sources>, expected: readonly string[]]>([
  ['nobody counted', { clusterDns: dns }, []],
  ['no errors', window({ NOERROR: 4000, NXDOMAIN: 900 }), []],
  [
    'errors to one in twenty',
    window({ NOERROR: 190, SERVFAIL: 10 }),
    [
      'nuisance of coreDnsWindows: server-error, 10 of 200',
      'Pod/kube-system/coredns-0: what all its clients asked at the server itself: SERVFAIL',
      'with Pod/kube-system/coredns-0 Node/worker-1 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns',
      'keys dns-external:server dns-loss:server dns-upstream-silent dns-server-crash dns-servers-down',
    ],
  ],
  ['errors to fewer', window({ NOERROR: 191, SERVFAIL: 10 }), []],
  ['a handful of errors', window({ SERVFAIL: 9 }), []],
  [
    'of each kind',
    window({ NOERROR: 20, REFUSED: 11, FORMERR: 12, NOTIMP: 13 }),
    [
      'nuisance of coreDnsWindows: server-error, 11 of 56',
      'Pod/kube-system/coredns-0: what all its clients asked at the server itself: REFUSED',
      'with Pod/kube-system/coredns-0 Node/worker-1 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns',
      'keys dns-external:server dns-loss:server dns-upstream-silent dns-server-crash dns-servers-down',
      'nuisance of coreDnsWindows: server-error, 12 of 56',
      'Pod/kube-system/coredns-0: what all its clients asked at the server itself: FORMERR',
      'with Pod/kube-system/coredns-0 Node/worker-1 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns',
      'keys dns-external:server dns-loss:server dns-upstream-silent dns-server-crash dns-servers-down',
      'nuisance of coreDnsWindows: server-error, 13 of 56',
      'Pod/kube-system/coredns-0: what all its clients asked at the server itself: NOTIMP',
      'with Pod/kube-system/coredns-0 Node/worker-1 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns',
      'keys dns-external:server dns-loss:server dns-upstream-silent dns-server-crash dns-servers-down',
    ],
  ],
  [
    'a server that is gone',
    window({ SERVFAIL: 40 }, 'coredns-9'),
    [
      'nuisance of coreDnsWindows: server-error, 40 of 40',
      'Pod/kube-system/coredns-9: what all its clients asked at the server itself: SERVFAIL',
      'with Pod/kube-system/coredns-9 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns',
      'keys dns-external:server dns-loss:server dns-upstream-silent dns-server-crash dns-servers-down',
    ],
  ],
  [
    'a server that is not placed',
    {
      ...window({ SERVFAIL: 40 }),
      clusterDns: { ...dns, pods: dns.pods.map((it) => ({ ...it, node: null })) },
    },
    [
      'nuisance of coreDnsWindows: server-error, 40 of 40',
      'Pod/kube-system/coredns-0: what all its clients asked at the server itself: SERVFAIL',
      'with Pod/kube-system/coredns-0 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns',
      'keys dns-external:server dns-loss:server dns-upstream-silent dns-server-crash dns-servers-down',
    ],
  ],
  [
    'where DNS is not known',
    { coreDnsWindows: [{ ...coreDnsWindow('coredns-0', '10.2.0.2', 0.1), responses: { SERVFAIL: 40 } }] },
    [
      'nuisance of coreDnsWindows: server-error, 40 of 40',
      'Pod/kube-system/coredns-0: what all its clients asked at the server itself: SERVFAIL',
      'with Pod/kube-system/coredns-0',
      'keys dns-external:server dns-loss:server dns-upstream-silent dns-server-crash dns-servers-down',
    ],
  ],
])('windows: %s', (_it, given, expected) => {
  expect(serverWindowTroubles(modelOf(given)).flatMap(linesOf)).toEqual(expected)
})

test.each<[it: string, given: Partial<Sources>, expected: readonly string[]]>([
  ['nobody read them', { clusterDns: dns }, []],
  ['nothing in them', logged(), []],
  [
    'a loop, and an upstream that was silent',
    logged(sign('loop', 1), sign('io-timeout', 7)),
    [
      'outage of dnsServerLogs: server-error, 1 of 40',
      'Pod/kube-system/coredns-1: its log of the last two minutes at the server itself: loop',
      'with Pod/kube-system/coredns-1 Node/worker-2 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns',
      'keys dns-external:server dns-loss:server dns-upstream-silent dns-server-crash dns-servers-down',
      'sign of dnsServerLogs: server-error, 7 of 40',
      'Pod/kube-system/coredns-1: its log of the last two minutes at the server itself: io-timeout',
      'with Pod/kube-system/coredns-1 Node/worker-2 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns',
      'keys dns-external:server dns-loss:server dns-upstream-silent dns-server-crash dns-servers-down',
    ],
  ],
  [
    'what lookups say better',
    { ...logged(sign('loop'), sign('io-timeout'), sign('forbidden')), dnsProbe: F.cluster().dnsProbe },
    [
      'outage of dnsServerLogs: server-error, 3 of 40',
      'Pod/kube-system/coredns-1: its log of the last two minutes at the server itself: loop',
      'with Pod/kube-system/coredns-1 Node/worker-2 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns',
      'keys dns-external:server dns-loss:server dns-upstream-silent dns-server-crash dns-servers-down',
      'nuisance of dnsServerLogs: server-error, 3 of 40',
      'Pod/kube-system/coredns-1: its log of the last two minutes at the server itself: forbidden',
      'with Pod/kube-system/coredns-1 Node/worker-2 Service/kube-system/kube-dns Deployment/kube-system/coredns ConfigMap/kube-system/coredns',
      'keys dns-external:server dns-loss:server dns-upstream-silent dns-server-crash dns-servers-down',
    ],
  ],
  ['of the run before', { clusterDns: dns, dnsServerLogs: [serverLog('coredns-1', [sign('loop')], 'before')] }, []],
])('logs: %s', (_it, given, expected) => {
  expect(serverLogTroubles(modelOf(given)).flatMap(linesOf)).toEqual(expected)
})

/** What CoreDNS says of its own text and its own rights is its fault; what it says of others is theirs. */
test.each<[CoreDnsSign['kind'], 'outage' | 'nuisance' | 'sign']>([
  ['loop', 'outage'],
  ['forbidden', 'nuisance'],
  ['corefile-refused', 'nuisance'],
  ['reload-failed', 'nuisance'],
  ['cannot-listen', 'nuisance'],
  ['too-many-concurrent', 'nuisance'],
  ['no-upstream-service', 'nuisance'],
  ['api-unreachable', 'sign'],
  ['watch-ended', 'sign'],
  ['unsynced', 'sign'],
  ['io-timeout', 'sign'],
  ['no-healthy-upstream', 'sign'],
  ['slow-health', 'sign'],
  ['last-words', 'sign'],
])('%s weighs as %s', (kind, weight) => {
  expect(serverLogTroubles(modelOf(logged(sign(kind)))).map((it) => it.weight)).toEqual([weight])
})

test('of two of one name the server is meant, not the cache of a node', () => {
  const [first] = dns.pods
  const given = {
    ...window({ SERVFAIL: 40 }),
    clusterDns: { ...dns, nodeCaches: first === undefined ? [] : [{ ...first, node: 'worker-9' }] },
  }
  expect(serverWindowTroubles(modelOf(given)).flatMap((it) => it.involved.map(({ name }) => name))).toContain(
    'worker-1',
  )
})
