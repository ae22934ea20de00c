import { describe, expect, it } from 'vitest'
import { clusterDns } from '../../test/build/dns.ts'
import { container, pod } from '../../test/build/pod.ts'
import { bounds, rates, sample, server } from '../../test/build/watch.ts'
import type { ClusterDns } from '../model/cluster-dns.ts'
import { known, unknown } from '../model/known.ts'
import { advance, nothingYet, totalsOf, type WatchSample } from './dns-watch.ts'

const idleDurations = bounds.map((upTo) => ({ upTo, count: 0 }))

/** What is told of the last of these samples, after all before it. */
function told(...samples: readonly WatchSample[]): readonly string[] {
  let state = nothingYet
  let events: ReturnType<typeof advance>['events'] = []
  for (const it of samples) ({ state, events } = advance(state, it))
  return events.map((it) => `${it.kind}: ${it.text}`)
}

const slow = sample({ servers: [server('coredns-0', known(rates({}, 2.048))), server('coredns-1')] })
const failing = (n: number) =>
  sample({
    servers: [server('coredns-0', known(rates({ responses: { NOERROR: 500 - n, SERVFAIL: n } }))), server('coredns-1')],
  })
const gap = sample({
  servers: [
    server('coredns-0', unknown('timed-out', 'no metrics within 5 s')),
    server('coredns-1', unknown('timed-out', 'no metrics within 5 s')),
  ],
})
const withPods = (change: (dns: ClusterDns) => Partial<ClusterDns>) =>
  sample({ dns: known(clusterDns({ corefile: known('. {\n  cache 30\n}\n'), ...change(clusterDns()) })) })
const busy = (cpuSeconds: number) =>
  sample({ servers: [server('coredns-0', known(rates({ cpuSeconds }))), server('coredns-1')] })

describe('totals', () => {
  it('are of the servers that were read, and say of how many', () => {
    expect(totalsOf(sample())).toMatchObject({
      queriesPerSecond: 200,
      failing: 0,
      p50: 0.00025,
      p99: 0.00025,
      cacheHits: 0.8,
      of: { read: 2, all: 2 },
    })
    expect(totalsOf(sample({ servers: [server('a'), server('b', unknown('failed', 'gone'))] }))).toMatchObject({
      queriesPerSecond: 100,
      of: { read: 1, all: 2 },
    })
  })
  it('of nothing are a gap, not zero', () => expect(totalsOf(gap)).toBeNull())
  it('without answers have neither a share nor a quantile', () => {
    const idle = server(
      'a',
      known(rates({ requests: 0, responses: {}, durations: idleDurations, cacheHits: 0, cacheMisses: 0 })),
    )
    expect(totalsOf(sample({ servers: [idle] }))).toMatchObject({
      queriesPerSecond: 0,
      failing: null,
      p50: null,
      p99: null,
      cacheHits: null,
    })
  })
})

describe('events', () => {
  it.each<[string, readonly WatchSample[], readonly string[]]>([
    ['health tells nothing', [sample(), sample()], []],
    ['a limit tells once', [sample(), slow], ['trouble: p99 above 100 ms: 2.05 s inside CoreDNS']],
    ['and not again', [sample(), slow, slow], []],
    ['and once when it is kept again', [slow, sample()], ['better: p99 under 100 ms again']],
    [
      'a gap ends no trouble',
      [slow, gap],
      [
        'gap: metrics of coredns-0 not read: no metrics within 5 s',
        'gap: metrics of coredns-1 not read: no metrics within 5 s',
      ],
    ],
    [
      'which is told over only after the gap',
      [slow, gap, sample()],
      [
        'better: metrics of coredns-0 read again',
        'better: metrics of coredns-1 read again',
        'better: p99 under 100 ms again',
      ],
    ],
    [
      'nor does one server of two',
      [slow, sample({ servers: [server('coredns-0', unknown('failed', 'x')), server('coredns-1')] })],
      ['gap: metrics of coredns-0 not read: x'],
    ],
    ['1 % of failures is none too many', [sample(), failing(10)], []],
    ['more is', [sample(), failing(50)], ['trouble: SERVFAIL and REFUSED at 5.0 % of 1000 answers']],
    [
      'CPU near its limit',
      [sample(), busy(0.49)],
      ['trouble: coredns-0 at 98 % of its CPU limit of 100m (hopscope explain DNS103)'],
    ],
    ['a little less is no relief', [busy(0.49), busy(0.42)], []],
    ['much less is', [busy(0.49), busy(0.1)], ['better: coredns-0 under 70 % of its CPU limit again']],
    [
      'a restart, with its reason',
      [
        sample(),
        withPods((dns) => ({
          pods: dns.pods.map((it, i) =>
            i === 0
              ? pod(it.name, { ...it, containers: [container({ restarts: 1, lastTermination: 'OOMKilled' })] })
              : it,
          ),
        })),
      ],
      ['trouble: coredns-0 restarted (OOMKilled)'],
    ],
    [
      'a pod that comes, and one that goes',
      [sample(), withPods((dns) => ({ pods: [...dns.pods.slice(1), pod('coredns-9', { node: 'worker-3' })] }))],
      ['change: coredns-9 is new, on worker-3', 'change: coredns-0 is gone'],
    ],
    [
      'a pod that was stopped, beside one that is ready',
      [
        sample(),
        withPods((dns) => ({
          pods: dns.pods.map((it, i) =>
            i === 0 ? pod(it.name, { ...it, ready: false, deleting: true, notReadyReason: 'PodCompleted' }) : it,
          ),
        })),
      ],
      ['change: coredns-0 ends: it was stopped, and others are ready'],
    ],
    [
      'all pods that were stopped at once',
      [
        sample(),
        withPods((dns) => ({
          pods: dns.pods.map((it) => pod(it.name, { ...it, ready: false, deleting: true })),
        })),
      ],
      ['trouble: coredns-0 is not ready', 'trouble: coredns-1 is not ready'],
    ],
    [
      'a pod that is not ready, and stays',
      [
        sample(),
        withPods((dns) => ({
          pods: dns.pods.map((it, i) =>
            i === 0 ? pod(it.name, { ...it, ready: false, notReadyReason: 'ContainersNotReady' }) : it,
          ),
        })),
      ],
      ['trouble: coredns-0 is not ready: “ContainersNotReady”'],
    ],
    [
      'another number of replicas',
      [sample(), withPods((dns) => ({ workload: dns.workload === null ? null : { ...dns.workload, desired: 1 } }))],
      ['change: Deployment coredns wants 1 pods, 2 before'],
    ],
    [
      'another Corefile',
      [
        withPods(() => ({ corefile: known('. {\n  cache 30\n}') })),
        withPods(() => ({ corefile: known('. {\n  cache 5\n}') })),
      ],
      ['change: Corefile changed: - cache 30  + cache 5'],
    ],
    [
      'DNS that can not be read, which clears nothing',
      [slow, sample({ dns: unknown('failed', 'the API server is away'), servers: [] })],
      ["gap: the cluster's DNS not read: the API server is away"],
    ],
    [
      'a canary that loses',
      [sample(), sample({ canary: known({ node: 'worker-1', lookups: 5, lost: 1, p50Ms: 1, maxMs: 5001 }) })],
      ['trouble: canary on worker-1: 1 of 5 lookups lost, the slowest 5.00 s'],
    ],
    [
      'counters that rise',
      [sample(), sample({ conntrack: [known({ node: 'worker-1', insertFailed: 3, drop: 3 })] })],
      ['trouble: conntrack on worker-1: insert_failed +3, drop +3 (hopscope explain DNS101)'],
    ],
  ])('%s', (_, samples, events) => expect(told(...samples)).toEqual(events))

  it('findings that come and go', () => {
    const found = {
      code: 'DNS107',
      slug: 'dns/x',
      severity: 'error' as const,
      subject: { kind: 'Service', namespace: 'kube-system', name: 'kube-dns' },
      confidence: 'inferred' as const,
      args: {},
      evidence: [],
      symptoms: [],
      causes: [],
      remedies: [],
    }
    const bad = sample({ findings: [found] })
    expect(told(sample(), bad)).toEqual([
      'trouble: DNS107 Service/kube-system/kube-dns: found (error), hopscope explain DNS107',
    ])
    expect(told(bad, sample({ dns: unknown('failed', 'x'), findings: [] }), sample())).toEqual([
      "better: the cluster's DNS read again",
      'better: DNS107 Service/kube-system/kube-dns: gone',
    ])
  })
})
