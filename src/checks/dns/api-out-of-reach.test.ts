import { describe, expect, test } from 'vitest'
import { dnsWithoutEndpoints } from '../../../test/build/dns-faults.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import { container } from '../../../test/build/pod.ts'
import { nameAnswers, rightAnswers } from '../../../test/build/name-answers.ts'
import { serverLog } from '../../../test/build/server-log.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { known, unknown } from '../../model/known.ts'
import type { CoreDnsSign } from '../../wire/coredns-log.ts'
import check from './api-out-of-reach.ts'
import forwardLoop from './forward-loop.ts'
import noDnsEndpoints from './no-dns-endpoints.ts'

const forbidden = (times: number): CoreDnsSign => ({
  kind: 'forbidden',
  times,
  said: 'endpointslices.discovery.k8s.io is forbidden: User "system:serviceaccount:kube-system:coredns" cannot list resource "endpointslices" in API group "discovery.k8s.io" at the cluster scope',
})
const unreachable = (times: number): CoreDnsSign => ({
  kind: 'api-unreachable',
  times,
  said: 'dial tcp 10.96.0.1:443: i/o timeout',
})
const watchEnded = (times: number): CoreDnsSign => ({ kind: 'watch-ended', times, said: 'watch ended with error' })
const unsynced: CoreDnsSign = {
  kind: 'unsynced',
  times: 9,
  said: '[INFO] plugin/ready: Plugins not ready: "kubernetes"',
}
const down = dnsWithoutEndpoints(2)
const on = { subject: 'Deployment/kube-system/coredns', confidence: 'observed' } as const
const quiet = [serverLog('coredns-0'), serverLog('coredns-1')]

/** A watch of coredns-0 ended, and all servers know a Service that was made so many seconds before. */
const heard = (youngSeconds: number) => {
  const made = service('fresh', { clusterIP: '10.96.7.7', youngSeconds })
  return {
    clusterDns: clusterDns(),
    dnsServerLogs: [serverLog('coredns-0', [watchEnded(3)]), serverLog('coredns-1')],
    services: [made],
    nameAnswers: nameAnswers(rightAnswers(made)),
  }
}

describeCheck(check, [
  {
    it: 'a watch ended with an error, and whether it stands again nobody says: no good news',
    given: {
      clusterDns: clusterDns(),
      dnsServerLogs: [serverLog('coredns-0', [watchEnded(3)]), serverLog('coredns-1')],
    },
    expect: [
      {
        subject: 'Pod/kube-system/coredns-0',
        severity: 'info',
        confidence: 'possible',
        args: { kind: 'watch-ended', of: 2 },
        says: 'nothing says that it stands again',
      },
    ],
  },
  {
    it: 'one ended, and that server has a Service that is younger than its log: it may stand again',
    given: heard(120),
    expect: 'cannot-tell',
    says: /coredns-0: its watch/,
  },
  {
    it: 'one ended, and what that server has right is older than its log',
    given: heard(121),
    expect: [{ subject: 'Pod/kube-system/coredns-0', severity: 'info' }],
  },
  {
    it: 'those of all servers ended: an API server that was started again, most often',
    given: {
      clusterDns: clusterDns(),
      dnsServerLogs: [serverLog('coredns-0', [watchEnded(3)]), serverLog('coredns-1', [watchEnded(1)])],
    },
    expect: 'cannot-tell',
    says: /coredns-0, coredns-1: its watch.*DNS165/,
  },
  {
    it: 'may not list EndpointSlices, and waits',
    given: {
      clusterDns: down,
      dnsServerLogs: [serverLog('coredns-0', [forbidden(4)]), serverLog('coredns-1', [forbidden(4)])],
    },
    expect: [{ ...on, severity: 'error', args: { kind: 'forbidden', what: 'endpointslices', waiting: 2, of: 2 } }],
  },
  {
    it: 'does not reach the API server, and waits: one line is enough',
    given: { clusterDns: down, dnsServerLogs: [serverLog('coredns-0', [unreachable(1)]), serverLog('coredns-1')] },
    expect: [{ ...on, severity: 'error', args: { kind: 'unreachable', waiting: 1 }, says: '1 of 2 servers not ready' }],
  },
  {
    it: 'waits, and says no more than that',
    given: {
      clusterDns: down,
      dnsServerLogs: [serverLog('coredns-0', [unsynced]), serverLog('coredns-1', [unsynced])],
    },
    expect: [{ ...on, severity: 'error', args: { kind: 'unreachable', waiting: 2 } }],
  },
  {
    it: 'waits, because it is refused',
    given: {
      clusterDns: down,
      dnsServerLogs: [serverLog('coredns-0', [unsynced]), serverLog('coredns-1', [forbidden(2), unsynced])],
    },
    expect: [{ ...on, args: { kind: 'forbidden', waiting: 2 } }],
  },
  {
    it: 'does not reach it, and answers with what it knew',
    given: {
      clusterDns: clusterDns(),
      dnsServerLogs: [serverLog('coredns-0', [unreachable(9)]), serverLog('coredns-1', [unreachable(8)])],
    },
    expect: [{ ...on, severity: 'warning', args: { waiting: 0 }, says: 'all 2 servers are ready' }],
  },

  {
    it: 'a restart of the API server: two lines, and ready',
    given: {
      clusterDns: clusterDns(),
      dnsServerLogs: [serverLog('coredns-0', [unreachable(2)]), serverLog('coredns-1')],
    },
    expect: 'ok',
  },
  {
    it: 'waits at each start, and crashes for another reason',
    given: {
      clusterDns: {
        ...down,
        pods: down.pods.map((it) => ({
          ...it,
          containers: [container({ name: 'coredns', ready: false, waiting: 'CrashLoopBackOff' })],
        })),
      },
      dnsServerLogs: [serverLog('coredns-0', [unsynced])],
    },
    expect: 'ok',
  },
  {
    it: 'waited when it started, and is ready',
    given: { clusterDns: clusterDns(), dnsServerLogs: [serverLog('coredns-0', [unsynced])] },
    expect: 'ok',
  },
  { it: 'nothing of the sort', given: { clusterDns: clusterDns(), dnsServerLogs: quiet }, expect: 'ok' },
  {
    it: 'another trouble: a loop',
    given: { clusterDns: down, dnsServerLogs: [serverLog('coredns-0', [{ kind: 'loop', times: 1, said: 'Loop' }])] },
    expect: 'ok',
  },
  {
    it: 'the run before is over',
    given: {
      clusterDns: down,
      dnsServerLogs: [serverLog('coredns-0'), serverLog('coredns-0', [forbidden(9)], 'before')],
    },
    expect: 'ok',
  },
  { it: 'no pods', given: { clusterDns: dnsWithoutEndpoints(0), dnsServerLogs: [] }, expect: 'not-applicable' },
  {
    it: 'no log of a run that goes on',
    given: { clusterDns: down, dnsServerLogs: [] },
    expect: 'cannot-tell',
    says: /no log/,
  },
  {
    it: 'logs forbidden',
    given: modelOf(
      { clusterDns: clusterDns() },
      { dnsServerLogs: unknown('forbidden', 'get pods/log in namespace kube-system') },
    ),
    expect: 'cannot-tell',
    says: /no permission: get pods\/log/,
  },
])

describe('beside a forward that leads back, caught between two starts', () => {
  test('the loop is the cause', () => {
    const dns = { ...down, corefile: known('.:53 {\n  kubernetes cluster.local\n  forward . 127.0.0.53\n  loop\n}\n') }
    const { roots } = diagnose(modelOf({ clusterDns: dns, dnsServerLogs: [serverLog('coredns-0', [unsynced])] }), {
      checks: [noDnsEndpoints, forwardLoop, check],
    })
    expect(roots.map((it) => [it.finding.code, ...it.consequences.map((one) => one.code)])).toEqual([
      ['DNS115', 'DNS130', 'DNS107'],
    ])
  })
})

describe('beside a DNS Service without endpoints', () => {
  test('it is the cause', () => {
    const { roots } = diagnose(
      modelOf({
        clusterDns: down,
        dnsServerLogs: [serverLog('coredns-0', [forbidden(3)]), serverLog('coredns-1', [forbidden(3)])],
      }),
      { checks: [noDnsEndpoints, check] },
    )
    expect(roots.map((it) => [it.finding.code, ...it.consequences.map((one) => one.code)])).toEqual([
      ['DNS130', 'DNS107'],
    ])
  })
})
