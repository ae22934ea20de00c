import {
  blackHoleOn,
  cluster,
  dnsWithoutEndpoints,
  filterOn,
  noEndpoints,
  pathToReplicaLost,
  raceOn,
  replicaDead,
  replicaLossy,
  starved,
  upstreamDead,
  workers,
} from '../../../test/build/dns-faults.ts'
import { answered, type Asked, type Fate, lost, never, rejected } from '../../../test/build/lookups.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import check from './replica-unreachable.ts'

const one = { subject: 'Pod/kube-system/coredns-1' }

const udpOf2Lost = ({ server, transport }: Asked): Fate =>
  server.ip === '10.2.2.2' && transport === 'udp' ? never() : answered()
const stray = (packets: number) => ({ stray: workers.map((node) => ({ node, packets })) })

describeCheck(check, [
  {
    it: 'one of two dead',
    given: cluster({ network: replicaDead('10.2.2.2') }),
    expect: [
      {
        ...one,
        confidence: 'observed',
        args: { ip: '10.2.2.2', servers: 2, nodes: 'worker-1, worker-2, worker-3', otherFailed: 0 },
      },
    ],
  },
  {
    it: 'one dead and, apart from that, one node cut off: judged from the other nodes',
    given: cluster({ network: (asked) => (asked.node === 'worker-3' ? never() : replicaDead('10.2.2.2')(asked)) }),
    expect: [{ ...one, args: { nodes: 'worker-1, worker-2' } }],
  },
  {
    it: 'one that refuses',
    given: cluster({
      network: ({ server, index }) => {
        if (server.ip !== '10.2.2.2') return answered()
        return index % 8 === 0 ? rejected : never()
      },
    }),
    expect: [{ ...one, args: { how: 'refuses' } }],
  },
  {
    it: 'one that loses 3 in 10, whoever asks',
    given: cluster({ network: replicaLossy('10.2.2.2') }),
    expect: [{ ...one, severity: 'error', args: { how: 'loses', tcp: 'well', otherFailed: 0, nodeCount: 3 } }],
  },
  {
    it: 'one that loses, seen from one node',
    given: cluster({ nodes: ['worker-3'], network: replicaLossy('10.2.2.2') }),
    expect: [{ ...one, args: { how: 'loses', nodeCount: 1 } }],
  },

  {
    it: 'one whose UDP answers come from an address that was not asked',
    given: cluster({ network: udpOf2Lost, probed: stray(200) }),
    expect: [{ ...one, args: { how: 'wrong-source', stray: 600, tcp: 'well' } }],
  },
  {
    it: 'the same without stray packets: they are lost',
    given: cluster({ network: udpOf2Lost, probed: stray(1) }),
    expect: [{ ...one, args: { how: 'loses' } }],
  },
  {
    it: 'the same where stray packets could not be counted',
    given: cluster({ network: udpOf2Lost }),
    expect: [{ ...one, args: { how: 'loses' } }],
  },
  {
    it: 'stray packets, and TCP is lost too: not answers from elsewhere',
    given: cluster({ network: replicaDead('10.2.2.2'), probed: stray(200) }),
    expect: [{ ...one, args: { how: 'silent' } }],
  },

  {
    it: 'both dead: not the fault of one',
    given: cluster({ network: ({ server }) => (server.role === 'endpoint' ? never() : answered()) }),
    expect: 'cannot-tell',
    says: /from nodes whose DNS works/,
  },
  { it: 'every node cut off', given: cluster({ network: blackHoleOn(...workers) }), expect: 'cannot-tell' },
  {
    it: 'three lookups are no ground',
    given: cluster({
      nodes: ['worker-1'],
      counts: { endpointPairs: 0, endpointSequential: 0, endpointTcp: 0, externalEndpoint: 10 },
    }),
    expect: 'cannot-tell',
    says: /0 lookups ended at 10\.2\.0\.2/,
  },
  { it: 'no lookups at all', given: modelOf({}), expect: 'cannot-tell', says: /--probe/ },

  {
    it: 'no endpoint was there to ask',
    given: cluster({ network: noEndpoints, dns: dnsWithoutEndpoints(0) }),
    expect: 'not-applicable',
  },
  { it: 'both answer', given: cluster(), expect: 'ok' },
  {
    it: 'AAAA dropped on every node: A is answered by both',
    given: cluster({ network: filterOn('aaaa', ...workers) }),
    expect: 'ok',
  },
  {
    it: 'lost from one node of three: the way there, not the replica',
    given: cluster({ network: pathToReplicaLost('10.2.2.2', 'worker-2') }),
    expect: 'ok',
  },
  {
    it: 'both lossy: not the fault of one',
    given: cluster({
      network: ({ server, transport, index }) =>
        server.role === 'endpoint' && transport === 'udp' && index % 5 === 0 ? lost('both') : answered(),
    }),
    expect: 'ok',
    says: /so do others/,
  },
  {
    it: 'lossy from one node of three: the way there',
    given: cluster({ network: (asked) => (asked.node === 'worker-3' ? replicaLossy('10.2.2.2')(asked) : answered()) }),
    expect: 'ok',
  },
  {
    it: 'the upstream dead: names of the cluster are answered',
    given: cluster({ network: upstreamDead }),
    expect: 'ok',
  },
  { it: 'the race spares lookups at the endpoints', given: cluster({ network: raceOn('worker-2') }), expect: 'ok' },
  { it: 'both starved of CPU', given: cluster({ network: starved }), expect: 'ok' },
])
