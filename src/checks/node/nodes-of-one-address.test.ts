import { node } from '../../../test/build/node.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './nodes-of-one-address.ts'

const one = node('worker-1', { ip: '10.0.2.15' })
const two = node('worker-2', { ip: '10.0.2.15' })
const virtual = { labels: { type: 'virtual-kubelet' } }

describeCheck(check, [
  {
    it: 'the address of a NAT interface, on each node',
    given: { nodes: [two, one, node('cp-1', { ip: '10.0.2.15' })] },
    expect: [
      {
        subject: 'Node/cp-1',
        severity: 'error',
        confidence: 'inferred',
        args: { ip: '10.0.2.15', others: ['worker-1', 'worker-2'], of: 3 },
      },
    ],
  },
  {
    it: 'two of three',
    given: { nodes: [one, two, node('cp-1', { ip: '10.0.2.16' })] },
    expect: [{ subject: 'Node/worker-1', args: { others: ['worker-2'], of: 3 } }],
  },
  { it: 'each its own', given: { nodes: [one, node('worker-2', { ip: '10.0.2.16' })] }, expect: 'ok' },
  {
    it: 'a node that is gone has the address that another was given',
    given: { nodes: [one, { ...two, ready: 'Unknown' }, node('cp-1', { ip: '10.0.2.16' })] },
    expect: 'ok',
  },
  {
    it: 'virtual nodes of one pod',
    given: {
      nodes: [
        { ...one, ...virtual },
        { ...two, ...virtual },
        node('cp-1', { ip: '10.0.2.16' }),
        node('a', { ip: '10.0.2.17' }),
      ],
    },
    expect: 'ok',
  },
  {
    it: 'addresses that are not told',
    given: {
      nodes: [
        { ...one, ip: null },
        { ...two, ip: null },
      ],
    },
    expect: 'not-applicable',
  },
  { it: 'one node', given: { nodes: [one] }, expect: 'not-applicable' },
  {
    it: 'nodes forbidden',
    given: modelOf({}, { nodes: unknown('forbidden', 'list nodes') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
