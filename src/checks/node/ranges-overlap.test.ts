import { node } from '../../../test/build/node.ts'
import { pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import { expect, test } from 'vitest'
import { diagnose } from '../../engine.ts'
import addressTwice from './address-twice.ts'
import check from './ranges-overlap.ts'

const one = node('worker-1', { ip: '192.0.2.11', podCidrs: ['10.2.1.0/24'] })
const two = node('worker-2', { ip: '192.0.2.12', podCidrs: ['10.2.2.0/24'] })
const pods = [pod('web-1', { node: 'worker-1', ip: '10.2.1.7' }), pod('web-2', { node: 'worker-2', ip: '10.2.2.7' })]

describeCheck(check, [
  {
    it: 'a node has an address of the range of another',
    given: { nodes: [one, { ...two, ip: '10.2.1.255' }], pods },
    expect: [
      {
        subject: 'Node/worker-1',
        severity: 'error',
        confidence: 'inferred',
        args: { kind: 'node', range: '10.2.1.0/24', others: ['worker-2'] },
      },
    ],
  },
  {
    it: 'a node has an address of its own range',
    given: { nodes: [{ ...one, ip: '10.2.1.0' }, two], pods },
    expect: [{ subject: 'Node/worker-1', args: { kind: 'node', others: ['worker-1'] } }],
  },
  { it: 'the address just behind the range', given: { nodes: [one, { ...two, ip: '10.2.3.0' }], pods }, expect: 'ok' },
  {
    it: 'two nodes have one range',
    given: {
      nodes: [one, { ...two, podCidrs: ['10.2.1.0/24'] }],
      pods: [...pods, pod('web-3', { node: 'worker-2', ip: '10.2.1.9' })],
    },
    expect: [{ subject: 'Node/worker-1', args: { kind: 'range', others: ['worker-2'] } }],
  },
  {
    it: 'the range of one holds that of another',
    given: { nodes: [{ ...one, podCidrs: ['10.2.0.0/16'] }, two], pods },
    expect: [{ subject: 'Node/worker-1', args: { kind: 'range' } }],
  },
  {
    it: 'two nodes have one range, and the network heeds none',
    given: { nodes: [one, { ...two, podCidrs: ['10.2.1.0/24'] }], pods },
    expect: 'ok',
  },
  {
    it: 'a node has an address of a range that no pod uses',
    given: {
      nodes: [{ ...one, podCidrs: ['192.0.2.0/24'] }, two],
      pods,
    },
    expect: 'ok',
  },
  {
    it: 'of a node that is gone',
    given: { nodes: [one, { ...two, ip: '10.2.1.9', ready: 'Unknown' }], pods },
    expect: 'ok',
  },
  {
    it: 'pods on the host network have the addresses of their nodes',
    given: {
      nodes: [one, two],
      pods: [...pods, pod('agent', { node: 'worker-1', ip: '192.0.2.11', hostNetwork: true })],
    },
    expect: 'ok',
  },
  { it: 'nodes without ranges', given: { nodes: [node('worker-1')], pods }, expect: 'not-applicable' },
  {
    it: 'nodes forbidden',
    given: modelOf({ pods }, { nodes: unknown('forbidden', 'list nodes') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])

test('two pods of one address come of the range that their nodes share', () => {
  const given = modelOf({
    nodes: [one, { ...two, podCidrs: ['10.2.1.0/24'] }],
    pods: [...pods, pod('web-3', { node: 'worker-2', ip: '10.2.1.7' })],
  })
  const { roots } = diagnose(given, { checks: [addressTwice, check] })
  expect(roots.map((it) => [it.finding.code, it.consequences.length])).toEqual([['NOD540', 1]])
})
