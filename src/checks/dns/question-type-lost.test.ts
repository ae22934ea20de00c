import {
  blackHoleOn,
  cluster,
  filterOn,
  pathToReplicaLost,
  raceOn,
  upstreamDead,
  upstreamIgnoresAaaa,
  workers,
} from '../../../test/build/dns-faults.ts'
import { answered, never } from '../../../test/build/lookups.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import check from './question-type-lost.ts'

describeCheck(check, [
  {
    it: 'AAAA dropped on one node',
    given: cluster({ network: filterOn('aaaa', 'worker-2') }),
    expect: [
      {
        subject: 'Node/worker-2',
        confidence: 'observed',
        args: { type: 'AAAA', other: 'A', lost: 360, of: 360, otherLost: 0, elsewhere: 0, elsewhereOf: 720 },
      },
    ],
  },
  {
    it: 'A dropped on one node',
    given: cluster({ network: filterOn('a', 'worker-2') }),
    expect: [{ subject: 'Node/worker-2', args: { type: 'A', lost: 360, of: 360 } }],
  },
  {
    it: 'AAAA dropped everywhere',
    given: cluster({ network: filterOn('aaaa', ...workers) }),
    expect: [{ subject: 'Service/kube-system/kube-dns', args: { type: 'AAAA', nodes: 3, elsewhereOf: 0 } }],
  },
  {
    it: 'on the only node probed',
    given: cluster({ nodes: ['worker-1'], network: filterOn('aaaa', 'worker-1') }),
    expect: [{ subject: 'Node/worker-1', args: { elsewhereOf: 0 } }],
  },
  {
    it: 'AAAA of outside names alone: the upstream, not a filter here',
    given: cluster({ network: upstreamIgnoresAaaa }),
    expect: [
      {
        subject: 'ConfigMap/kube-system/coredns',
        confidence: 'observed',
        args: { type: 'AAAA', upstream: ['192.0.2.53'], otherLost: 0 },
      },
    ],
  },

  {
    it: 'too few lookups',
    given: cluster({
      nodes: ['worker-1'],
      network: filterOn('aaaa', 'worker-1'),
      counts: { servicePairs: 9, serviceSequential: 0, endpointPairs: 4, endpointSequential: 0 },
    }),
    expect: 'cannot-tell',
    says: /17 lookups on worker-1; 20 are needed/,
  },
  { it: 'no lookups at all', given: modelOf({}), expect: 'cannot-tell', says: /--probe/ },

  { it: 'nothing lost', given: cluster(), expect: 'ok' },
  { it: 'a dead upstream: both types', given: cluster({ network: upstreamDead }), expect: 'ok' },
  { it: 'the race: either type, now and then', given: cluster({ network: raceOn('worker-2') }), expect: 'ok' },
  { it: 'both types dropped', given: cluster({ network: blackHoleOn('worker-2') }), expect: 'ok' },
  {
    it: 'one path lost, with an odd draw of types',
    given: cluster({ network: pathToReplicaLost('10.2.2.2', 'worker-2') }),
    expect: 'ok',
  },
  {
    it: 'AAAA lost in one of three: not by type alone',
    given: cluster({
      network: ({ transport, index }) => (transport === 'udp' && index % 3 === 0 ? never('aaaa') : answered()),
    }),
    expect: 'ok',
  },
])
