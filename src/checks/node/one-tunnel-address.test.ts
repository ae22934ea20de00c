import { expect, test } from 'vitest'
import { node } from '../../../test/build/node.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { projectNode } from '../../collect/project/node.ts'
import { unknown } from '../../model/known.ts'
import type { Node } from '../../model/node.ts'
import { createIntern } from '../../wire/intern.ts'
import check from './one-tunnel-address.ts'

const nat = '10.0.2.15'
const at = (n: number, tunnel: string, about: Partial<Node> = {}): Node =>
  node(`worker-${n}`, { ip: `192.168.56.1${n}`, tunnel: { by: 'flannel', ip: tunnel }, ...about })
const own = (n: number): Node => at(n, `192.168.56.1${n}`)

describeCheck(check, [
  {
    it: 'one that is set by hand, for a node behind NAT',
    given: {
      nodes: [at(1, '198.51.100.7', { tunnel: { by: 'flannel', ip: '198.51.100.7', told: true } }), own(2), own(3)],
    },
    expect: 'ok',
  },
  {
    it: 'the address of a NAT interface, on each node',
    given: { nodes: [at(2, nat), at(1, nat), at(3, nat)] },
    expect: [
      {
        subject: 'Node/worker-1',
        severity: 'error',
        confidence: 'inferred',
        args: { by: 'flannel', ip: nat, others: ['worker-2', 'worker-3'], of: 3 },
      },
    ],
  },
  {
    it: 'the same of Calico',
    given: { nodes: [1, 2].map((it) => at(it, nat, { tunnel: { by: 'calico', ip: nat } })) },
    expect: [{ subject: 'Node/worker-1', args: { by: 'Calico' } }],
  },
  {
    it: "one that is its node's no more, and another node's",
    given: { nodes: [at(1, '192.168.56.13'), at(2, '10.7.0.2'), at(3, '10.7.0.3')] },
    expect: [{ subject: 'Node/worker-1', severity: 'error', args: { own: '192.168.56.11', heir: 'worker-3' } }],
  },
  {
    it: "one that is none of its node's, and the others bear their own",
    given: { nodes: [at(1, '192.168.56.99'), own(2), own(3)] },
    expect: [{ subject: 'Node/worker-1', severity: 'warning', confidence: 'possible', args: { heir: null } }],
  },
  { it: 'a second interface for all of them', given: { nodes: [at(1, '10.7.0.1'), at(2, '10.7.0.2')] }, expect: 'ok' },
  {
    it: 'the outer address of its node',
    given: { nodes: [at(1, '198.51.100.7', { ips: ['192.168.56.11', '198.51.100.7'] }), own(2), own(3)] },
    expect: 'ok',
  },
  {
    it: 'one of two others alone bears its own: nobody can say',
    given: { nodes: [at(1, '192.168.56.99'), own(2)] },
    expect: 'ok',
  },
  {
    it: 'a node that is gone left its address to another',
    given: { nodes: [at(1, nat, { ready: 'Unknown' }), at(2, nat), own(3), own(4)] },
    expect: [{ subject: 'Node/worker-2', severity: 'warning' }],
  },
  {
    it: 'annotations of a network whose place another took',
    given: {
      nodes: [1, 2].map((it) =>
        at(it, nat, { agent: { namespace: 'kube-system', pod: `cilium-${it}`, state: 'ready', why: null } }),
      ),
    },
    expect: 'not-applicable',
  },
  { it: 'no such annotation', given: { nodes: [node('a'), node('b')] }, expect: 'not-applicable' },
  {
    it: 'nodes forbidden',
    given: modelOf({}, { nodes: unknown('forbidden', 'list nodes') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])

test.each([
  [{ 'flannel.alpha.coreos.com/public-ip': nat }, { by: 'flannel', ip: nat }],
  [
    { 'flannel.alpha.coreos.com/public-ip': nat, 'flannel.alpha.coreos.com/public-ip-overwrite': nat },
    { by: 'flannel', ip: nat, told: true },
  ],
  [{ 'projectcalico.org/IPv4Address': '10.0.2.15/24' }, { by: 'calico', ip: nat }],
  [{ 'projectcalico.org/IPv4Address': 'none' }, undefined],
  [{}, undefined],
])('the annotation of a Node: %o', (annotations, tunnel) => {
  expect(projectNode({ metadata: { name: 'a', annotations } }, createIntern())?.tunnel).toEqual(tunnel)
})

test('all addresses of a Node, where it has more than one', () => {
  const addresses = [
    { type: 'Hostname', address: 'a' },
    { type: 'InternalIP', address: '10.0.0.1' },
    { type: 'ExternalIP', address: '198.51.100.1' },
  ]
  const of = (some: readonly unknown[]) =>
    projectNode({ metadata: { name: 'a' }, status: { addresses: some } }, createIntern())
  expect(of(addresses)?.ips).toEqual(['10.0.0.1', '198.51.100.1'])
  expect(of(addresses.slice(0, 2))?.ips).toBeUndefined()
})
