import { cutOff, forwardingOf, mesh } from '../../../test/build/mesh.ts'
import { conntrackOf } from '../../../test/build/lookups.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './forwarding-off.ts'

const nodes = ['worker-1', 'worker-2', 'worker-3']
const reads = (about: Parameters<typeof forwardingOf>[2]) =>
  nodes.map((it) => forwardingOf(nodes, it, it === 'worker-2' ? about : {}))
const subject = 'Node/worker-2'

describeCheck(check, [
  {
    it: 'ip_forward is 0, and nothing crosses',
    given: { ...mesh(nodes, cutOff('worker-2')), conntrack: reads({ all: false }) },
    expect: [
      {
        subject,
        confidence: 'observed',
        severity: 'error',
        args: { interfaces: [], closed: 4, sysctls: ['net.ipv4.ip_forward = 0'] },
      },
    ],
  },
  {
    it: 'of the uplink alone',
    given: { ...mesh(nodes, cutOff('worker-2')), conntrack: reads({ off: ['eth0', 'docker0'] }) },
    expect: [{ subject, args: { interfaces: ['eth0'], sysctls: ['net.ipv4.conf.eth0.forwarding = 0'] } }],
  },
  {
    it: 'of an interface that carries nothing',
    given: { ...mesh(nodes, cutOff('worker-2')), conntrack: reads({ off: ['docker0'] }) },
    expect: 'ok',
  },
  {
    it: 'ip_forward is 0, and packets cross all the same: eBPF carries them',
    given: { ...mesh(nodes, () => true), conntrack: reads({ all: false }) },
    expect: 'ok',
  },
  {
    it: 'ip_forward is 0, and nothing was sent',
    given: { conntrack: reads({ all: false }) },
    expect: [{ subject, confidence: 'inferred', severity: 'warning' }],
  },
  {
    it: 'of one interface, and nothing was sent',
    given: { conntrack: reads({ off: ['eth0'] }) },
    expect: 'cannot-tell',
    says: /whether packets cross is not known/,
  },
  { it: 'everywhere on', given: { ...mesh(nodes, cutOff('worker-2')), conntrack: reads({}) }, expect: 'ok' },
  {
    it: 'one node does not show its switch: two are not three',
    given: { ...mesh(nodes, () => true), conntrack: reads({ all: null }) },
    expect: 'cannot-tell',
    says: /worker-2: how it forwards/,
  },
  {
    it: 'no node shows its switch',
    given: {
      ...mesh(nodes, () => true),
      conntrack: nodes.map((it) => forwardingOf(nodes, it, { all: null, routes: null })),
    },
    expect: 'not-applicable',
  },
  { it: 'an old recording', given: { conntrack: [conntrackOf('worker-1')] }, expect: 'not-applicable' },
  {
    it: 'nodes were not looked at',
    given: modelOf({}, { conntrack: unknown('not-asked', '--node-access') }),
    expect: 'cannot-tell',
  },
])
