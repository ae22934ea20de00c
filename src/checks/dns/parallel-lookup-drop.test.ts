import { describe, expect, test } from 'vitest'
import {
  blackHoleOn,
  cluster,
  filterOn,
  pathToReplicaLost,
  raceOn,
  raceThatAaaaLosesOn,
  replicaDead,
  someAaaaDroppedOn,
  upstreamIgnoresAaaa,
  workers,
} from '../../../test/build/dns-faults.ts'
import { captured, sign } from '../../../test/build/captures.ts'
import { conntrackOf, lost } from '../../../test/build/lookups.ts'
import { pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import type { Comparison } from '../../model/capture.ts'
import { unknown } from '../../model/known.ts'
import gone from '../capture/gone-between-points.ts'
import halfLost from '../capture/half-of-a-pair-lost.ts'
import check from './parallel-lookup-drop.ts'

const lostPairs = 18
const at = (insertFailed: number, rest = {}) => [
  conntrackOf('worker-1'),
  conntrackOf('worker-2', { insert_failed: insertFailed, drop: insertFailed, ...rest }),
]
const raced = (kernel: string, conntrack = at(lostPairs)) =>
  cluster({ kernel, nodes: ['worker-1', 'worker-2'], network: raceOn('worker-2'), conntrack })
const hide = unknown('not-asked', 'needs --node-access')
const worker2 = { subject: 'Node/worker-2' }

describeCheck(check, [
  {
    it: 'loses pairs while insert_failed rises',
    given: raced('5.4.0-150-generic'),
    expect: [
      {
        ...worker2,
        confidence: 'observed',
        args: {
          lost: lostPairs,
          of: 200,
          race: 'third-race-open',
          insertFailed: lostPairs,
          elsewhere: 'other nodes 0 of 200',
        },
      },
    ],
  },
  {
    it: 'on 4.15 too',
    given: raced('4.15.0-213-generic'),
    expect: [{ ...worker2, confidence: 'observed', args: { race: 'open' } }],
  },
  {
    it: 'on RHEL 8, whose number says nothing, by the counters',
    given: raced('4.18.0-553.el8_10.x86_64'),
    expect: [{ ...worker2, confidence: 'observed', args: { race: 'unknown' } }],
  },
  {
    it: 'on a kernel that heals the plain race, where something else widens it',
    given: raced('6.18.3', at(lostPairs, { clash_resolve: 300 })),
    expect: [{ ...worker2, confidence: 'observed', args: { race: 'healed' } }],
  },
  { it: 'counts what the retries lost as well', given: raced('6.18.3', at(40)), expect: [worker2] },
  {
    it: 'on an open kernel without counters, when the controls are clean',
    given: modelOf(raced('5.4.0'), { conntrack: hide }),
    expect: [{ ...worker2, confidence: 'inferred', args: { insertFailed: null } }],
  },

  {
    it: 'AAAA loses every time, as it leaves second',
    given: {
      ...raced('5.4.0'),
      dnsProbe: cluster({ nodes: ['worker-1', 'worker-2'], network: raceThatAaaaLosesOn('worker-2') }).dnsProbe,
    },
    expect: [{ ...worker2, confidence: 'observed' }],
  },
  {
    it: 'AAAA loses every time, no counters',
    given: modelOf(cluster({ kernel: '5.4.0', network: raceThatAaaaLosesOn('worker-2') }), { conntrack: hide }),
    expect: [{ ...worker2, confidence: 'inferred' }],
  },

  {
    it: 'every third AAAA dropped: the controls lose them too, so only counters can exclude the race',
    given: modelOf(cluster({ kernel: '5.4.0', network: someAaaaDroppedOn('worker-2') }), { conntrack: hide }),
    expect: 'cannot-tell',
    says: /--node-access/,
  },
  {
    it: 'on a healed kernel without counters',
    given: modelOf(raced('6.18.3'), { conntrack: hide }),
    expect: 'cannot-tell',
    says: /18 of 200 .*--node-access/,
  },
  {
    it: 'on RHEL 8 without counters',
    given: modelOf(raced('4.18.0-553.el8_10.x86_64'), { conntrack: hide }),
    expect: 'cannot-tell',
    says: /--node-access/,
  },
  {
    it: 'counters forbidden: the reason is told, not a flag that was given',
    given: modelOf(raced('6.18.3'), { conntrack: unknown('forbidden', 'create pods in kube-system') }),
    expect: 'cannot-tell',
    says: /create pods in kube-system $/,
  },
  {
    it: 'counters of the other node only',
    given: raced('6.18.3', [conntrackOf('worker-1')]),
    expect: 'cannot-tell',
    says: /none came from this node/,
  },
  {
    it: 'too few lookups',
    given: cluster({ nodes: ['worker-1'], network: raceOn('worker-1'), counts: { servicePairs: 19 } }),
    expect: 'cannot-tell',
    says: /19 parallel lookups on worker-1; 20 are needed/,
  },
  { it: 'no lookups at all', given: modelOf({}), expect: 'cannot-tell', says: /--probe/ },

  { it: 'nothing lost', given: cluster(), expect: 'ok', says: /race: ruled out/ },
  {
    it: 'nothing lost, on a kernel that may',
    given: cluster({ kernel: '5.4.0' }),
    expect: 'ok',
    says: /race: possible on 5\.4\.0/,
  },
  {
    it: 'the race happens and the kernel heals it',
    given: cluster({ kernel: '6.18.3', conntrack: workers.map((name) => conntrackOf(name, { clash_resolve: 47 })) }),
    expect: 'ok',
    says: /race: ruled out .* 6\.18\.3 \(3 nodes\) has all three fixes.*clash_resolve \+141, nothing lost/,
  },
  {
    it: 'one lost pair is no fault',
    given: cluster({
      nodes: ['worker-1'],
      network: ({ index, server, method }) =>
        index === 9 && server.role === 'service' && method === 'pair' ? lost('a') : { kind: 'answered', ms: 1 },
      counts: { externalService: 0 },
    }),
    expect: 'ok',
  },
  {
    it: 'pairs lost and insert_failed still: not this race',
    given: raced('6.18.3', at(0)),
    expect: 'ok',
    says: /insert_failed rose by 0 only/,
  },
  {
    it: 'AAAA alone lost, always',
    given: modelOf(cluster({ kernel: '5.4.0', network: filterOn('aaaa', 'worker-2') }), { conntrack: hide }),
    expect: 'ok',
  },
  {
    it: 'AAAA alone lost, saved clashes counted as insert_failed before 5.10',
    given: cluster({
      kernel: '5.4.0',
      network: filterOn('aaaa', 'worker-2'),
      conntrack: workers.map((name) => conntrackOf(name, { insert_failed: 150, clash_resolve: null })),
    }),
    expect: 'ok',
  },
  {
    it: 'every third AAAA dropped, and insert_failed counts saved clashes on this kernel',
    given: cluster({ kernel: '5.4.0', network: someAaaaDroppedOn('worker-2'), conntrack: at(70) }),
    expect: 'ok',
    says: /counts packets there that it saved/,
  },
  {
    it: 'every third AAAA dropped, and insert_failed still',
    given: cluster({ network: someAaaaDroppedOn('worker-2') }),
    expect: 'ok',
    says: /insert_failed rose by 0 only/,
  },
  {
    it: 'all lost',
    given: modelOf(cluster({ kernel: '5.4.0', network: blackHoleOn('worker-2') }), { conntrack: hide }),
    expect: 'ok',
  },
  {
    it: 'all lost, while others on the node lose insertions',
    given: cluster({ kernel: '6.18.3', network: blackHoleOn('worker-2'), conntrack: at(400) }),
    expect: 'ok',
    says: /both of two/,
  },
  {
    it: 'a dead replica, while others on the node lose insertions',
    given: cluster({
      kernel: '6.18.3',
      network: replicaDead('10.2.2.2'),
      conntrack: workers.map((name) => conntrackOf(name, { insert_failed: 400 })),
    }),
    expect: 'ok',
    says: /both of two/,
  },
  {
    it: 'a dead replica',
    given: modelOf(cluster({ kernel: '5.4.0', network: replicaDead('10.2.2.2') }), { conntrack: hide }),
    expect: 'ok',
  },
  {
    it: 'outside names alone lose AAAA',
    given: modelOf(
      cluster({ kernel: '5.4.0', network: upstreamIgnoresAaaa, counts: { externalService: 6, externalEndpoint: 0 } }),
      { conntrack: hide },
    ),
    expect: 'ok',
  },
  {
    it: 'the path to one replica lost: looks like it, but the controls are not clean',
    given: modelOf(cluster({ kernel: '5.4.0', network: pathToReplicaLost('10.2.2.2', 'worker-2') }), {
      conntrack: hide,
    }),
    expect: 'cannot-tell',
    says: /--node-access/,
  },
])

function note(kernel: string): string {
  const found = diagnose(modelOf(raced(kernel)), { checks: [check] }).results[0]?.findings[0]
  return found === undefined ? 'no finding' : (check.words.note(found) ?? 'no note')
}

test('a healed kernel gets another note: the plain race can not be it', () => {
  expect(note('6.18.3')).toMatch(/^kernel 6\.18\.3 heals the plain A\/AAAA race/)
  expect(note('5.4.0')).toMatch(/^both queries leave from one port at once/)
})

describe('packets that were captured beside it', () => {
  const onNode = (name: string) =>
    modelOf({
      ...raced('5.4.0'),
      pods: [pod('web-1', { node: name, ip: '10.244.1.5' })],
      capture: captured({ signs: [sign('pair-half-lost', { detail: 'AAAA', packets: [45, 61] })] }, [lostQuery]),
    })
  const lostQuery: Comparison = {
    near: 'a.pcap',
    far: 'b.pcap',
    common: 40,
    cannotTell: null,
    gone: [
      {
        what: 'query',
        way: 'forth',
        count: 2,
        of: 40,
        from: '10.244.1.5',
        to: '10.96.0.10',
        packets: [45, 61],
        trails: [
          [
            { point: 'a.pcap', packet: 45 },
            { point: 'b.pcap', packet: null },
          ],
        ],
      },
    ],
  }
  const rootOf = (name: string) =>
    diagnose(onNode(name), { checks: [check, halfLost, gone] }).roots.map(({ finding, consequences }) => ({
      code: finding.code,
      says: finding.evidence.flatMap((it) => (it.kind === 'shares' ? it.rows.map((row) => row.note) : [])),
      below: consequences.length,
    }))

  test('of a client on its node are cited by number, and stand below it', () => {
    const [root, ...others] = rootOf('worker-2')
    expect(others).toStrictEqual([])
    expect(root).toMatchObject({ code: 'DNS101' })
    expect(root?.says).toContain('AAAA of a pair; packet 45, 61')
    expect(root?.says).toContain('packet 45, 61')
    expect(root?.below).toBeGreaterThan(0)
  })

  test('of a client on another node are none of it', () => {
    const roots = rootOf('worker-1')
    expect(roots.map((it) => it.code).toSorted()).toStrictEqual(['DNS101', 'PKT731'])
    expect(roots.find((it) => it.code === 'DNS101')?.says.join(' ')).not.toContain('packet')
  })
})
