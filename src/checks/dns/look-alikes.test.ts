import { describe, expect, test } from 'vitest'
import { diagnose, type Diagnosis } from '../../engine.ts'
import { model } from '../../model/build.ts'
import { known, unknown } from '../../model/known.ts'
import type { SourceName } from '../../model/sources.ts'
import { subjectKey } from '../../model/subject.ts'
import {
  aaaaDenied,
  blackHoleOn,
  cluster,
  dnsWithoutEndpoints,
  type DnsSources,
  filterOn,
  fullTables,
  largeLostOn,
  limitedDns,
  noEndpoints,
  pathToReplicaLost,
  raceOn,
  racesPerNode,
  replicaDead,
  replicaLossy,
  serverBehindFirewall,
  serviceLostOn,
  slowButAnswering,
  someAaaaDroppedOn,
  starved,
  tableFullOn,
  tcpBlockedOn,
  udpBlockedOn,
  upstreamDead,
  upstreamFails,
  upstreamIgnoresAaaa,
  upstreamLossy,
  upstreamRefuses,
  upstreamSeen,
  upstreamSlow,
  workers,
  wrongSourceOn,
} from '../../../test/build/dns-faults.ts'
import { conntrackOf } from '../../../test/build/lookups.ts'
import { freeze } from '../../../test/describe-check.ts'
import { checks } from '../registry.ts'

const dnsChecks = checks.filter((it) => it.slug.startsWith('dns/'))

function diagnoseDns(sources: DnsSources, hidden: readonly SourceName[] = []): Diagnosis {
  const all = Object.fromEntries(
    Object.entries(sources).map(([name, value]) => [
      name,
      hidden.some((it) => it === name) ? unknown('not-asked', 'needs --node-access') : known(value),
    ]),
  )
  return diagnose(freeze(model(all, { scope: { namespace: null, target: { kind: 'dns' }, level: 'node' } })), {
    checks: dnsChecks,
  })
}

/** `DNS101 Node/worker-2`, root causes of level error only. */
function errors(diagnosis: Diagnosis): readonly string[] {
  return diagnosis.roots
    .filter((it) => it.finding.severity === 'error')
    .map(({ finding }) => `${finding.code} ${subjectKey(finding.subject)}`)
    .toSorted()
}

function everything(diagnosis: Diagnosis): readonly string[] {
  return diagnosis.roots
    .flatMap((it) => [it.finding, ...it.consequences])
    .map((it) => `${it.code} ${subjectKey(it.subject)}`)
}

function crashes(diagnosis: Diagnosis): readonly (string | null)[] {
  return diagnosis.results.map((it) => it.crash).filter((it) => it !== null)
}

/** A kernel that counts lost packets alone, one that counts saved ones as well, and one whose number says nothing. */
const kernels = ['6.18.3', '5.10.0', '5.4.0-150-generic', '4.15.0-213-generic', '4.18.0-553.el8_10.x86_64']

const faults: readonly {
  readonly it: string
  readonly given: (kernel: string) => DnsSources
  readonly expect: readonly string[]
}[] = [
  {
    it: 'AAAA filtered on one node',
    given: (kernel) => cluster({ kernel, network: filterOn('aaaa', 'worker-2') }),
    expect: ['DNS102 Node/worker-2'],
  },
  {
    it: 'A filtered on one node',
    given: (kernel) => cluster({ kernel, network: filterOn('a', 'worker-2') }),
    expect: ['DNS102 Node/worker-2'],
  },
  {
    it: 'AAAA filtered on every node',
    given: (kernel) => cluster({ kernel, network: filterOn('aaaa', ...workers) }),
    expect: ['DNS102 Service/kube-system/kube-dns'],
  },
  {
    it: 'one node black-holed',
    given: (kernel) => cluster({ kernel, network: blackHoleOn('worker-2') }),
    expect: ['DNS105 Node/worker-2'],
  },
  {
    it: 'one of two replicas dead',
    given: (kernel) => cluster({ kernel, network: replicaDead('10.2.2.2') }),
    expect: ['DNS106 Pod/kube-system/coredns-1'],
  },
  {
    it: 'the upstream dead',
    given: (kernel) => cluster({ kernel, network: upstreamDead }),
    expect: ['DNS108 ConfigMap/kube-system/coredns'],
  },
  {
    it: 'CoreDNS at its CPU limit',
    given: (kernel) => cluster({ kernel, network: starved, dns: limitedDns(100), cores: 0.1 }),
    expect: ['DNS103 Deployment/kube-system/coredns'],
  },
  {
    it: 'CoreDNS scaled to 0',
    given: (kernel) => cluster({ kernel, network: noEndpoints, dns: dnsWithoutEndpoints(0) }),
    expect: ['DNS107 Service/kube-system/kube-dns'],
  },
  {
    it: 'CoreDNS not ready, one node probed',
    given: (kernel) => cluster({ kernel, nodes: ['worker-1'], network: noEndpoints, dns: dnsWithoutEndpoints(2) }),
    expect: ['DNS107 Service/kube-system/kube-dns'],
  },
  {
    it: 'TCP/53 blocked on one node',
    given: (kernel) => cluster({ kernel, network: tcpBlockedOn('worker-3') }),
    expect: ['DNS109 Node/worker-3'],
  },
  {
    it: 'the path from one node to one replica lost, which imitates the race',
    given: (kernel) => cluster({ kernel, network: pathToReplicaLost('10.2.2.2', 'worker-2') }),
    expect: ['DNS140 Node/worker-2'],
  },
  {
    it: 'UDP/53 blocked on one node, and TCP/53 not',
    given: (kernel) => cluster({ kernel, network: udpBlockedOn('worker-2') }),
    expect: ['DNS141 Node/worker-2'],
  },
  // A fault without a check of its own: the net under the others must catch it, and nothing may claim it.
  {
    it: 'every third AAAA dropped on one node',
    given: (kernel) => cluster({ kernel, network: someAaaaDroppedOn('worker-2') }),
    expect: ['DNS110 Node/worker-2'],
  },
  {
    it: 'an upstream that never answers AAAA',
    given: (kernel) => cluster({ kernel, network: upstreamIgnoresAaaa }),
    expect: ['DNS102 ConfigMap/kube-system/coredns'],
  },
  {
    it: 'an upstream that never answers AAAA, asked only a few times',
    given: (kernel) =>
      cluster({
        kernel,
        network: upstreamIgnoresAaaa,
        counts: { externalService: 5, externalEndpoint: 0, libcExternal: 0 },
      }),
    expect: ['DNS102 ConfigMap/kube-system/coredns'],
  },
  {
    it: "the firewall of one server's node",
    given: (kernel) => cluster({ kernel, network: serverBehindFirewall('10.2.2.2', 'worker-2') }),
    expect: ['DNS140 Node/worker-2'],
  },
  {
    it: 'one server of two lossy',
    given: (kernel) => cluster({ kernel, network: replicaLossy('10.2.2.2') }),
    expect: ['DNS106 Pod/kube-system/coredns-1'],
  },
  {
    it: "the Service's address lost on one node",
    given: (kernel) => cluster({ kernel, network: serviceLostOn('worker-3') }),
    expect: ['DNS142 Node/worker-3'],
  },
  {
    it: "the Service's address lost on every node",
    given: (kernel) => cluster({ kernel, network: serviceLostOn(...workers) }),
    expect: ['DNS142 Service/kube-system/kube-dns'],
  },
  {
    it: 'answers from the wrong address on one node',
    given: (kernel) =>
      cluster({ kernel, network: wrongSourceOn('worker-1'), probed: { stray: [{ node: 'worker-1', packets: 260 }] } }),
    expect: ['DNS142 Node/worker-1'],
  },
  {
    it: 'an upstream that refuses',
    given: (kernel) => cluster({ kernel, network: upstreamRefuses, upstreams: upstreamSeen(40, { REFUSED: 40 }) }),
    expect: ['DNS145 ConfigMap/kube-system/coredns'],
  },
  {
    it: 'an upstream that fails itself',
    given: (kernel) => cluster({ kernel, network: upstreamFails, upstreams: upstreamSeen(40, { SERVFAIL: 40 }) }),
    expect: ['DNS145 ConfigMap/kube-system/coredns'],
  },
  {
    it: "an upstream whose port is closed: the SERVFAIL is CoreDNS's own",
    given: (kernel) => cluster({ kernel, network: upstreamFails, upstreams: upstreamSeen(80, {}) }),
    expect: ['DNS108 ConfigMap/kube-system/coredns'],
  },
  {
    it: 'an upstream that loses queries, and some names fail',
    given: (kernel) => cluster({ kernel, network: upstreamLossy, upstreams: upstreamSeen(60, { NXDOMAIN: 38 }) }),
    expect: ['DNS144 ConfigMap/kube-system/coredns'],
  },
  {
    it: 'AAAA of an outside name denied',
    given: (kernel) => cluster({ kernel, network: aaaaDenied }),
    expect: ['DNS146 ConfigMap/kube-system/coredns'],
  },
  {
    it: 'large packets lost on one node',
    given: (kernel) => cluster({ kernel, probed: { large: largeLostOn('worker-3') } }),
    expect: ['DNS147 Node/worker-3'],
  },
  {
    it: 'slow throughout, and CoreDNS idle: no packet lost, so a warning',
    given: (kernel) => cluster({ kernel, network: () => ({ kind: 'answered', ms: 900 }), dns: limitedDns(100) }),
    expect: [],
  },
]

describe.each(kernels)('on kernel %s', (kernel) => {
  describe.each(faults)('$it', ({ given, expect: roots }) => {
    test('has one root cause, with the counters of the nodes', () => {
      const diagnosis = diagnoseDns(given(kernel))
      expect(crashes(diagnosis)).toEqual([])
      expect(errors(diagnosis)).toEqual(roots)
    })

    test('has the same without them', () => {
      const diagnosis = diagnoseDns(given(kernel), ['conntrack'])
      expect(crashes(diagnosis)).toEqual([])
      expect(errors(diagnosis)).toEqual(roots)
    })
  })
})

function raced(kernel: string, delta: Parameters<typeof conntrackOf>[1]): DnsSources {
  return cluster({
    kernel,
    network: raceOn('worker-2'),
    conntrack: [conntrackOf('worker-1'), conntrackOf('worker-2', delta), conntrackOf('worker-3')],
  })
}

describe('a conntrack table full on one node', () => {
  test.each(kernels)('is one root cause on kernel %s, by its counters', (kernel) => {
    expect(
      errors(diagnoseDns(cluster({ kernel, network: tableFullOn('worker-2'), conntrack: fullTables('worker-2') }))),
    ).toEqual(['DNS143 Node/worker-2'])
  })

  test('without counters it is a loss that nothing claims', () => {
    expect(errors(diagnoseDns(cluster({ network: tableFullOn('worker-2') }), ['conntrack']))).toEqual([
      'DNS110 Node/worker-2',
    ])
  })
})

describe('the race', () => {
  test.each(kernels)('is the one root cause on kernel %s when insert_failed rose as much', (kernel) => {
    expect(errors(diagnoseDns(raced(kernel, { insert_failed: racesPerNode })))).toEqual(['DNS101 Node/worker-2'])
  })

  test.each(['4.15.0-213-generic', '5.4.0-150-generic'])(
    'is inferred on kernel %s without counters: the controls are clean',
    (kernel) => {
      const diagnosis = diagnoseDns(raced(kernel, {}), ['conntrack'])
      expect(errors(diagnosis)).toEqual(['DNS101 Node/worker-2'])
      expect(diagnosis.roots[0]?.finding.confidence).toBe('inferred')
    },
  )

  test.each(['6.18.3', '4.18.0-553.el8_10.x86_64'])(
    'is not named on kernel %s without counters; the loss itself still is',
    (kernel) => {
      const diagnosis = diagnoseDns(raced(kernel, {}), ['conntrack'])
      expect(errors(diagnosis)).toEqual(['DNS110 Node/worker-2'])
      expect(diagnosis.results.find((it) => it.check.code === 'DNS101')?.cannotTell[0]?.settle).toBe('--node-access')
    },
  )

  test('on two nodes has two root causes', () => {
    const conntrack = workers.map((name) =>
      conntrackOf(name, { insert_failed: name === 'worker-1' ? 0 : racesPerNode }),
    )
    expect(errors(diagnoseDns(cluster({ network: raceOn('worker-2', 'worker-3'), conntrack })))).toEqual([
      'DNS101 Node/worker-2',
      'DNS101 Node/worker-3',
    ])
  })
})

describe('no finding at all', () => {
  const healed = { clash_resolve: 47 }
  const wells: readonly { readonly it: string; readonly given: DnsSources }[] = [
    ...kernels.map((kernel) => ({ it: `healthy on ${kernel}`, given: cluster({ kernel }) })),
    ...['6.18.3', '5.10.0'].map((kernel) => ({
      it: `the race healed by kernel ${kernel}: clash_resolve rises, nothing is lost`,
      given: cluster({ kernel, conntrack: workers.map((name) => conntrackOf(name, healed)) }),
    })),
    {
      it: 'insert_failed of other traffic, nothing lost',
      given: cluster({ conntrack: workers.map((name) => conntrackOf(name, { insert_failed: 300, drop: 300 })) }),
    },
    { it: 'slow but answering, no CPU limit', given: cluster({ network: slowButAnswering }) },
    {
      it: 'slow but answering, far below the CPU limit',
      given: cluster({ network: slowButAnswering, dns: limitedDns(500) }),
    },
    { it: 'a slow upstream', given: cluster({ network: upstreamSlow }) },
    {
      it: 'one late packet on each node',
      given: cluster({
        network: ({ index, method, server }) => ({
          kind: 'answered',
          ms: index === 7 && method === 'pair' && server.role === 'service' ? 2600 : 0.6,
        }),
        counts: { externalService: 0 },
      }),
    },
  ]

  test.each(wells)('$it', ({ given }) => {
    for (const hidden of [[], ['conntrack'], ['coreDnsWindows']] satisfies SourceName[][]) {
      const diagnosis = diagnoseDns(given, hidden)
      expect(crashes(diagnosis)).toEqual([])
      expect(everything(diagnosis)).toEqual([])
    }
  })

  test('a healed race is told, not reported', () => {
    const diagnosis = diagnoseDns(cluster({ conntrack: workers.map((name) => conntrackOf(name, healed)) }))
    expect(diagnosis.results.find((it) => it.check.code === 'DNS101')).toMatchObject({
      verdict: 'ok',
      note: expect.stringContaining('clash_resolve +141'),
    })
  })
})
