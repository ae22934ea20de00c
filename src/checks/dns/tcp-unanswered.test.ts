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
import { pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import check from './tcp-unanswered.ts'

const peers = service('peers', { clusterIP: 'None' })
const many = (count: number) =>
  Array.from({ length: count }, (_, index) => pod(`peers-${index}`, { ip: `10.2.1.${index + 1}` }))

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
    it: 'and a headless Service has an answer that needs TCP',
    given: {
      ...cluster({ network: tcpBlockedOn('worker-3') }),
      services: [peers, service('cart')],
      endpointSlices: [slice('peers', many(60))],
    },
    expect: [{ subject: 'Node/worker-3', args: { large: 'shop/peers', addresses: 60, bytes: 1006, more: 0 } }],
  },
  {
    it: 'and the answers of all Services are short',
    given: {
      ...cluster({ network: tcpBlockedOn('worker-3') }),
      services: [peers],
      endpointSlices: [slice('peers', many(20))],
    },
    expect: [{ subject: 'Node/worker-3', args: { large: null } }],
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
    it: 'three lookups over TCP are no ground',
    given: cluster({ nodes: ['worker-1'], counts: { serviceTcp: 3, endpointTcp: 0 } }),
    expect: 'cannot-tell',
    says: /3 lookups over TCP/,
  },
  { it: 'no lookups at all', given: modelOf({}), expect: 'cannot-tell', says: /--probe/ },

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
