import { describe, expect, test } from 'vitest'
import { dnsWithoutEndpoints } from '../../../test/build/dns-faults.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { serverLog } from '../../../test/build/server-log.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { known, unknown } from '../../model/known.ts'
import type { Container } from '../../model/pod.ts'
import check from './server-restarts.ts'
import noDnsEndpoints from './no-dns-endpoints.ts'

const limit = 170 * 1_048_576
const coredns = (...about: readonly Partial<Container>[]): ClusterDns => ({
  ...clusterDns(),
  pods: clusterDns().pods.map((it, index) => ({
    ...it,
    containers: [container({ name: 'coredns', memoryLimitBytes: limit, ...about[index] })],
  })),
})
const autopath =
  '.:53 {\n    autopath @kubernetes\n    kubernetes cluster.local {\n        pods verified\n    }\n    forward . /etc/resolv.conf\n}\n'
const afterEviction = (left: number): ClusterDns => {
  const dns = coredns()
  const gone = pod('coredns-9', {
    namespace: 'kube-system',
    phase: 'Failed',
    ready: false,
    ip: null,
    overReason: 'Evicted',
  })
  return { ...dns, pods: [...dns.pods.slice(0, left), gone] }
}
const looping: Partial<Container> = { ready: false, waiting: 'CrashLoopBackOff', lastTermination: 'Error', restarts: 7 }
const killed: Partial<Container> = { lastTermination: 'OOMKilled', restarts: 3 }
const on = { subject: 'Deployment/kube-system/coredns', confidence: 'inferred' } as const

describeCheck(check, [
  {
    it: 'one of two crash-loops',
    given: { clusterDns: coredns({}, looping) },
    expect: [{ ...on, severity: 'error', args: { looping: 1, of: 2, restarts: 7, pod: 'coredns-1', last: 'Error' } }],
  },
  {
    it: 'one crash-loops, and its log says why',
    given: {
      clusterDns: coredns({}, looping),
      dnsServerLogs: [
        serverLog(
          'coredns-1',
          [{ kind: 'cannot-listen', times: 1, said: 'listen tcp :53: bind: address already in use' }],
          'before',
        ),
      ],
    },
    expect: [{ ...on, severity: 'error' }],
  },
  {
    it: 'killed for memory, and running again',
    given: { clusterDns: coredns(killed) },
    expect: [{ ...on, severity: 'warning', args: { killed: 1, looping: 0, limitMiB: 170 } }],
  },
  {
    it: 'killed for memory again and again: one finding',
    given: { clusterDns: coredns({ ...looping, ...killed }, killed) },
    expect: [{ ...on, severity: 'error', args: { killed: 2, looping: 1, restarts: 6 } }],
  },
  {
    it: "killed for the node's memory",
    given: { clusterDns: coredns({ ...killed, memoryLimitBytes: null }) },
    expect: [{ ...on, args: { limitMiB: null } }],
  },

  {
    it: 'killed for memory, with autopath',
    given: { clusterDns: { ...coredns(killed), corefile: known(autopath) } },
    expect: [{ ...on, args: { killed: 1, autopath: true } }],
  },
  {
    it: 'one was evicted, and nothing took its place',
    given: { clusterDns: afterEviction(1) },
    expect: [
      { ...on, severity: 'warning', args: { evicted: 1, ready: 1, desired: 2, pod: 'coredns-9', last: 'Evicted' } },
    ],
  },
  {
    it: 'one was evicted, and all that are wanted are ready',
    given: { clusterDns: afterEviction(2) },
    expect: [{ ...on, severity: 'info' }],
  },
  {
    it: 'all were evicted',
    given: { clusterDns: afterEviction(0) },
    expect: [{ ...on, severity: 'warning', args: { ready: 0 } }],
  },

  { it: 'no restarts', given: { clusterDns: coredns() }, expect: 'ok' },
  {
    it: 'many restarts, with the machine: Error and Completed',
    given: {
      clusterDns: coredns({ restarts: 40, lastTermination: 'Error' }, { restarts: 40, lastTermination: 'Completed' }),
    },
    expect: 'ok',
  },
  {
    it: 'an image that can not be pulled: not a crash',
    given: { clusterDns: coredns({ waiting: 'ImagePullBackOff', ready: false }) },
    expect: 'ok',
  },
  {
    it: 'killed in a pod that is over',
    given: {
      clusterDns: {
        ...coredns(killed),
        pods: coredns(killed).pods.map((it, index) => (index === 0 ? { ...it, phase: 'Failed' as const } : it)),
      },
    },
    expect: 'ok',
  },
  { it: 'no pods', given: { clusterDns: dnsWithoutEndpoints(0) }, expect: 'not-applicable' },
  {
    it: 'kube-system forbidden',
    given: modelOf({}, { clusterDns: unknown('forbidden', 'list pods in kube-system') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])

describe('beside a DNS Service without endpoints', () => {
  const down = dnsWithoutEndpoints(2)
  const told = (about: Partial<Container>) =>
    diagnose(
      modelOf({
        clusterDns: {
          ...down,
          pods: down.pods.map((it) => ({ ...it, containers: [container({ name: 'coredns', ...about })] })),
        },
      }),
      { checks: [noDnsEndpoints, check] },
    ).roots.map((it) => [it.finding.code, ...it.consequences.map((one) => one.code)])
  test('the crash is the cause', () => expect(told(looping)).toEqual([['DNS113', 'DNS107']]))
  test('a kill that is over is none', () => expect(told(killed)).toEqual([['DNS107'], ['DNS113']]))
})
