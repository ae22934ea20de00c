import {
  blackHoleOn,
  cluster,
  raceOn,
  replicaDead,
  tcpBlockedOn,
  udpBlockedOn,
  workers,
} from '../../../test/build/dns-faults.ts'
import { answered, never } from '../../../test/build/lookups.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import check from './tcp-unanswered.ts'

describeCheck(check, [
  {
    it: 'TCP blocked on one node',
    given: cluster({ network: tcpBlockedOn('worker-3') }),
    expect: [{ subject: 'Node/worker-3', confidence: 'observed', args: { failed: 40, of: 40, udpFailed: 0 } }],
  },
  {
    it: 'TCP blocked on every node: a policy that allows UDP alone',
    given: cluster({ network: tcpBlockedOn(...workers) }),
    expect: [{ subject: 'Service/kube-system/kube-dns', args: { where: 'everywhere', udpFailed: 0 } }],
  },
  {
    it: 'TCP blocked on two nodes of three',
    given: cluster({ network: tcpBlockedOn('worker-1', 'worker-3') }),
    expect: [{ subject: 'Node/worker-1' }, { subject: 'Node/worker-3' }],
  },
  {
    it: 'TCP blocked to one server of two, from every node',
    given: cluster({
      network: ({ transport, server }) => (transport === 'tcp' && server.ip === '10.2.2.2' ? never() : answered()),
    }),
    expect: [{ subject: 'Pod/kube-system/coredns-1', args: { where: 'server', udpFailed: 0 } }],
  },
  {
    it: 'refused, not dropped',
    given: cluster({
      nodes: ['worker-1'],
      network: ({ transport }) => (transport === 'tcp' ? { kind: 'rejected' } : { kind: 'answered', ms: 1 }),
    }),
    expect: [{ subject: 'Node/worker-1' }],
  },

  {
    it: 'three look-ups over TCP are no ground',
    given: cluster({ nodes: ['worker-1'], counts: { serviceTcp: 3, endpointTcp: 0 } }),
    expect: 'cannot-tell',
    says: /3 look-ups over TCP/,
  },
  { it: 'no look-ups at all', given: modelOf({}), expect: 'cannot-tell', says: /--probe/ },

  { it: 'both answered', given: cluster(), expect: 'ok' },
  { it: 'UDP blocked, TCP answered', given: cluster({ network: udpBlockedOn('worker-2') }), expect: 'ok' },
  { it: 'the race is a matter of UDP', given: cluster({ network: raceOn('worker-2') }), expect: 'ok' },
  {
    it: 'a dead replica takes half of TCP with it',
    given: cluster({ network: replicaDead('10.2.2.2') }),
    expect: 'ok',
  },
  {
    it: 'UDP fails as well: not the fault of TCP',
    given: cluster({ nodes: ['worker-1'], network: blackHoleOn('worker-1') }),
    expect: 'not-applicable',
    says: /UDP fails as well/,
  },
])
