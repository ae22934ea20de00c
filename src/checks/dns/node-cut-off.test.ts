import {
  blackHoleOn,
  cluster,
  filterOn,
  raceOn,
  replicaDead,
  tcpBlockedOn,
  udpBlockedOn,
  workers,
} from '../../../test/build/dns-faults.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import { answered, never, refused, rejected } from '../../../test/build/lookups.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import check from './node-cut-off.ts'

const all = clusterDns()
const oneServer = {
  ...all,
  pods: all.pods.slice(0, 1),
  slices: all.slices.map((it) => ({ ...it, endpoints: it.endpoints.slice(0, 1) })),
}

describeCheck(check, [
  {
    it: 'one node of three',
    given: cluster({ network: blackHoleOn('worker-2') }),
    expect: [{ subject: 'Node/worker-2', confidence: 'observed', args: { how: 'lost', othersFailed: 0 } }],
  },
  {
    it: 'refused, as far as the kernel sends refusals',
    given: cluster({
      network: ({ node, index }) => {
        if (node !== 'worker-2') return answered()
        return index % 8 === 0 ? rejected : never()
      },
    }),
    expect: [{ subject: 'Node/worker-2', args: { how: 'refused' } }],
  },
  {
    it: 'two nodes of three',
    given: cluster({ network: blackHoleOn('worker-1', 'worker-3') }),
    expect: [{ subject: 'Node/worker-1' }, { subject: 'Node/worker-3', says: /other nodes [1-9]/ }],
  },
  {
    it: 'the only node probed',
    given: cluster({ nodes: ['worker-1'], network: blackHoleOn('worker-1') }),
    expect: [{ subject: 'Node/worker-1', args: { others: 0 } }],
  },
  {
    it: 'a probe stopped early has no lookups over TCP',
    given: cluster({ network: blackHoleOn('worker-2'), counts: { serviceTcp: 0, endpointTcp: 0 } }),
    expect: [{ subject: 'Node/worker-2' }],
  },

  {
    it: 'only the node of the one server is answered: one finding, there',
    given: cluster({
      dns: oneServer,
      nodes: ['worker-1', 'worker-2', 'worker-3', 'worker-4'],
      network: ({ node }) => (node === 'worker-1' ? answered() : never()),
    }),
    expect: [{ subject: 'Node/worker-1', args: { cut: 3, homes: ['worker-1'] } }],
  },
  {
    it: 'REFUSED in every answer is no loss',
    given: cluster({ network: ({ node }) => (node === 'worker-2' ? refused() : answered()) }),
    expect: 'ok',
  },
  {
    it: 'every node',
    given: cluster({ network: blackHoleOn(...workers) }),
    expect: 'cannot-tell',
    says: /from every node probed/,
  },
  {
    it: 'three lookups are no ground',
    given: cluster({
      nodes: ['worker-1'],
      counts: {
        servicePairs: 3,
        serviceSequential: 0,
        serviceTcp: 0,
        externalService: 0,
        endpointPairs: 0,
        endpointSequential: 0,
        endpointTcp: 0,
        externalEndpoint: 0,
        libcCluster: 0,
        libcExternal: 0,
      },
    }),
    expect: 'cannot-tell',
    says: /3 lookups ended on worker-1/,
  },
  { it: 'no lookups at all', given: modelOf({}), expect: 'cannot-tell', says: /--probe/ },

  { it: 'nothing lost', given: cluster(), expect: 'ok' },
  { it: 'UDP blocked and TCP not: not all DNS', given: cluster({ network: udpBlockedOn('worker-2') }), expect: 'ok' },
  { it: 'TCP blocked and UDP not', given: cluster({ network: tcpBlockedOn('worker-2') }), expect: 'ok' },
  { it: 'AAAA dropped: A is answered', given: cluster({ network: filterOn('aaaa', 'worker-2') }), expect: 'ok' },
  { it: 'a dead replica', given: cluster({ network: replicaDead('10.2.2.2') }), expect: 'ok' },
  { it: 'the race', given: cluster({ network: raceOn('worker-2') }), expect: 'ok' },
])
