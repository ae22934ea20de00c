import {
  blackHoleOn,
  cluster,
  filterOn,
  raceOn,
  serviceLostOn,
  tcpBlockedOn,
  udpBlockedOn,
} from '../../../test/build/dns-faults.ts'
import { answered, rejected } from '../../../test/build/lookups.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import check from './udp-unanswered.ts'

const one = ['worker-2']

describeCheck(check, [
  {
    it: 'UDP lost, TCP well',
    given: cluster({ nodes: one, network: udpBlockedOn('worker-2') }),
    expect: [{ subject: 'Node/worker-2', confidence: 'observed', args: { how: 'lost', tcpFailed: 0 } }],
  },
  {
    it: 'UDP refused, TCP well',
    given: cluster({ nodes: one, network: ({ transport }) => (transport === 'udp' ? rejected : answered()) }),
    expect: [{ subject: 'Node/worker-2', args: { how: 'refused' } }],
  },
  {
    it: 'of three nodes the one',
    given: cluster({ network: udpBlockedOn('worker-2') }),
    expect: [{ subject: 'Node/worker-2' }],
  },

  {
    it: 'UDP lost, and TCP was not asked',
    given: cluster({ nodes: one, network: udpBlockedOn('worker-2'), counts: { serviceTcp: 0, endpointTcp: 0 } }),
    expect: 'cannot-tell',
    says: /over TCP/,
  },
  { it: 'no lookups at all', given: modelOf({}), expect: 'cannot-tell', says: /--probe/ },

  {
    it: 'both lost: the node is cut off',
    given: cluster({ nodes: one, network: blackHoleOn('worker-2') }),
    expect: 'not-applicable',
  },
  { it: 'TCP lost', given: cluster({ nodes: one, network: tcpBlockedOn('worker-2') }), expect: 'ok' },
  { it: 'AAAA alone lost', given: cluster({ nodes: one, network: filterOn('aaaa', 'worker-2') }), expect: 'ok' },
  {
    it: "the Service's address lost, over TCP as well",
    given: cluster({ nodes: one, network: serviceLostOn('worker-2') }),
    expect: 'ok',
  },
  { it: 'the race', given: cluster({ nodes: one, network: raceOn('worker-2') }), expect: 'ok' },
  { it: 'all well', given: cluster({ nodes: one }), expect: 'ok' },
])
