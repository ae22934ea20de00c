import { expect, test } from 'vitest'
import { contacts, toPod } from '../../../test/build/contacts.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import { answered, lost, type Network, never, probe } from '../../../test/build/lookups.ts'
import { cutBetween, cutEverywhere, cutOff, mesh } from '../../../test/build/mesh.ts'
import { pod } from '../../../test/build/pod.ts'
import { ingressPolicy } from '../../../test/build/policy.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import type { ConnectTry, Contact } from '../../model/contacts.ts'
import { unknown } from '../../model/known.ts'
import unanswered from '../service/unanswered.ts'
import check from './loses-in-part.ts'
import sideBySide from './side-by-side.ts'
import waysClosed from './ways-closed.ts'

const nodes = ['worker-1', 'worker-2', 'worker-3']
const [open, second, shut]: readonly ConnectTry[] = [
  { result: 'open', ms: 1 },
  { result: 'open', ms: 1016 },
  { result: 'timeout', ms: 3000 },
]
const pods = nodes.map((node, index) => pod(`cart-${index + 1}`, { node, ip: `10.2.${index + 1}.9` }))
const servers = ['worker-1', 'worker-3'].map((node) =>
  pod(`coredns-${node}`, { namespace: 'kube-system', node, ip: `10.2.${node.at(-1)}.53` }),
)
const ports = (['UDP', 'TCP'] as const).map((protocol) => ({ name: 'dns', port: 53, protocol }))
const dns = clusterDns({ pods: servers, slices: [slice('kube-dns', servers, { namespace: 'kube-system', ports })] })

type TriesOf = (from: string, to: string) => readonly (ConnectTry | undefined)[]

function given(triesOf: TriesOf, network: Network = () => answered(), targets = pods) {
  const connects = nodes.flatMap((from) =>
    targets.flatMap((to): readonly Contact[] => {
      const its = triesOf(from, to.node ?? '').filter((it) => it !== undefined)
      return its.length === 0 ? [] : [toPod('cart', from, to, its)]
    }),
  )
  return {
    pods: targets,
    contacts: contacts(connects),
    dnsProbe: probe({ nodes, network, dns }),
    clusterDns: dns,
    networkPolicies: [],
    namespaces: [],
    services: [service('cart')],
  }
}

const well = [open, open, open, open, open]
const touches3 = (from: string, to: string): boolean => from === 'worker-3' || to === 'worker-3'
/** Of those that meet worker-3, by the way that they go. */
const limited: TriesOf = (from, to) => {
  if (!touches3(from, to)) return well
  return from === 'worker-3' ? [shut, shut, shut, shut, shut] : [shut, shut, second, shut, shut]
}
const tcpTo3: Network = ({ transport, node, server, index }) =>
  transport === 'tcp' && index % 10 > 0 && (server.ip === '10.2.3.53' || node === 'worker-3') ? never() : answered()

describeCheck(check, [
  {
    it: 'most SYNs to and from a node are dropped, and UDP crosses',
    given: given(limited, tcpTo3),
    expect: [
      {
        subject: 'Node/worker-3',
        severity: 'error',
        confidence: 'observed',
        args: { what: 'tcp', udpBad: 0 },
        says: /New TCP connections to and from pods of node worker-3 are dropped in part/,
      },
    ],
  },
  {
    it: 'a part of all packets is lost, UDP too, and connections open by a second SYN',
    given: given(
      (from, to) => (touches3(from, to) && from !== to ? [open, second, open, second, open] : well),
      ({ node, server, transport, index }) =>
        transport === 'udp' && index % 4 === 0 && (node === 'worker-3') !== (server.ip === '10.2.3.53')
          ? lost('both')
          : answered(),
    ),
    expect: [
      {
        subject: 'Node/worker-3',
        args: { what: 'all', lost: 0, resent: 8 },
        says: /Part of what pods of node worker-3 send and are sent is lost/,
      },
    ],
  },
  {
    it: 'what leaves it is lost in part, and what few come to it happen to open at once',
    given: given(
      (from, to) => (from === 'worker-3' && to !== 'worker-3' ? [open, second, open, open, open] : well),
      ({ node, server, transport, index }) =>
        transport === 'udp' && index % 4 === 0 && (node === 'worker-3') !== (server.ip === '10.2.3.53')
          ? lost('both')
          : answered(),
    ),
    expect: [{ subject: 'Node/worker-3', args: { what: 'all', resent: 2 } }],
  },
  {
    it: 'what comes to it alone: its server or its program may be late',
    given: given(
      (from, to) => (to === 'worker-3' && from !== to ? [second, second, open, open, open] : well),
      ({ server, index }) => (index % 4 === 0 && server.ip === '10.2.3.53' ? lost('both') : answered()),
    ),
    expect: 'ok',
  },
  { it: 'all is well', given: given(() => well), expect: 'ok' },
  {
    it: 'slow by itself, and no whole second: no SYN was lost',
    given: given((from, to) => (touches3(from, to) ? well.map(() => ({ result: 'open' as const, ms: 640 })) : well)),
    expect: 'ok',
  },
  {
    it: 'one pod alone takes connections late: what its node sends elsewhere is well',
    given: given((_, to) => (to === 'worker-3' ? [second, shut, second, shut, shut] : well)),
    expect: 'ok',
  },
  {
    it: 'two programs are dead, on two nodes',
    given: given((_, to) => (to === 'worker-1' ? well : [shut, shut, shut, shut, shut])),
    expect: 'ok',
  },
  {
    it: 'lookups over UDP alone are lost',
    given: given(
      () => well,
      ({ node, transport, index }) =>
        node === 'worker-3' && transport === 'udp' && index % 3 === 0 ? lost('both') : answered(),
    ),
    expect: 'ok',
  },
  {
    it: 'one packet here and there',
    given: given((from, to) => (from === 'worker-3' && to === 'worker-1' ? [open, open, open, second, open] : well)),
    expect: 'ok',
  },
  {
    it: 'a pair of nodes that do not reach each other',
    given: mesh(nodes, cutBetween('worker-1', 'worker-3')),
    expect: 'ok',
  },
  { it: 'one that is cut off', given: mesh(nodes, cutOff('worker-3')), expect: 'ok' },
  { it: 'nothing crosses', given: mesh(nodes, cutEverywhere), expect: 'ok' },
  {
    it: 'every node loses some: no node is to blame',
    given: given((from, to) => (from === to ? well : [open, second, shut, open, open])),
    expect: 'ok',
  },
  {
    it: 'two ways that are shut, in a ring: each of the others is well',
    given: given((from, to) =>
      `${from} ${to}` === 'worker-3 worker-1' || `${from} ${to}` === 'worker-2 worker-3'
        ? [shut, shut, shut, shut, shut]
        : well,
    ),
    expect: 'ok',
  },
  {
    it: 'a policy keeps the probe out: silence says nothing',
    given: { ...mesh(nodes, cutOff('worker-3')), networkPolicies: [ingressPolicy('nobody')] },
    expect: 'ok',
  },
  { it: 'one node', given: mesh(['worker-1'], () => true), expect: 'not-applicable' },
  {
    it: 'the pods were not read, so that nobody knows which ways the connections took',
    given: modelOf(
      given(() => well),
      { pods: unknown('forbidden', 'list pods') },
    ),
    expect: 'cannot-tell',
  },
  { it: 'no probe', given: modelOf({}, { dnsProbe: unknown('not-asked', '--probe') }), expect: 'cannot-tell' },
])

test('no pair of nodes, no bridge and no Service is accused beside it', () => {
  const { roots } = diagnose(modelOf(given(limited, tcpTo3)), { checks: [check, waysClosed, sideBySide, unanswered] })
  expect(roots.map((it) => it.finding.code)).toEqual(['NOD570'])
})
