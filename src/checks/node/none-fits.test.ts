import { node } from '../../../test/build/node.ts'
import { pod } from '../../../test/build/pod.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Node } from '../../model/node.ts'
import type { NodeTerm, Placement } from '../../model/placement.ts'
import type { Pod } from '../../model/pod.ts'
import check from './none-fits.ts'

const asks = (about: Partial<Placement>, more: Partial<Pod> = {}): Pod =>
  pod('cart-1', {
    node: null,
    ip: null,
    phase: 'Pending',
    ready: false,
    scheduling: '0/2 nodes are available',
    placement: { selector: {}, terms: [], tolerations: [], ...about },
    ...more,
  })
const zone = 'topology.kubernetes.io/zone'
const inZone = (...values: readonly string[]): NodeTerm => [{ key: zone, operator: 'In', values }]
const nodes = [
  node('worker-1', { labels: { [zone]: 'a', pool: 'web' } }),
  node('worker-2', { labels: { [zone]: 'b', pool: 'jobs' } }),
]
const tainted = (key: string, value: string | null = null, effect = 'NoSchedule'): readonly Node[] =>
  nodes.map((it) => ({ ...it, taints: [{ key, value, effect }] }))
const cart = { subject: 'Deployment/shop/cart', severity: 'error', confidence: 'inferred' } as const
const volume = (...terms: readonly NodeTerm[]) => [{ claim: 'data-db-0', volume: 'pvc-0', terms }]

const event = (age: number) => ({
  namespace: 'shop',
  object: { kind: 'Pod', name: 'cart-1' },
  reason: 'TriggeredScaleUp',
  said: 'pod triggered scale-up: [{gpu 0->1 (max: 3)}]',
  times: 1,
  age,
})

describeCheck(check, [
  {
    it: 'a nodeSelector whose value no node has',
    given: { nodes, pods: [asks({ selector: { pool: 'wep' } })] },
    expect: [
      { ...cart, says: 'no node has the label pool=wep, which its nodeSelector asks for (nodes say web, jobs)' },
    ],
  },
  {
    it: 'an autoscaler brings one',
    given: { nodes, pods: [asks({ selector: { pool: 'gpu' } })], events: [event(40)] },
    expect: [{ ...cart, severity: 'info', says: /autoscaler says that it brings a node/ }],
  },
  {
    it: 'an autoscaler wanted to, and none came',
    given: { nodes, pods: [asks({ selector: { pool: 'gpu' } })], events: [event(1000)] },
    expect: [cart],
  },
  {
    it: 'a key that is spelt otherwise',
    given: { nodes, pods: [asks({ selector: { pools: 'web' } })] },
    expect: [{ ...cart, says: '(nodes have pool)' }],
  },
  {
    it: 'a key that no node has',
    given: { nodes, pods: [asks({ selector: { 'eks.amazonaws.com/nodegroup': 'x' } })] },
    expect: [{ ...cart, says: 'no node has a label of that key' }],
  },
  {
    it: 'each pair has its node, and none both',
    given: { nodes, pods: [asks({ selector: { pool: 'web', [zone]: 'b' } })] },
    expect: [{ ...cart, says: 'no node is all that it asks for' }],
  },
  {
    it: 'none of several terms of its affinity',
    given: { nodes, pods: [asks({ terms: [inZone('c'), inZone('d')] })] },
    expect: [{ ...cart, says: 'nor what the other 1 term of it asks for' }],
  },
  {
    it: 'one of several terms is met',
    given: { nodes, pods: [asks({ terms: [inZone('c'), inZone('a')] })] },
    expect: 'ok',
  },
  {
    it: 'requirements that one term joins, and no node',
    given: {
      nodes,
      pods: [asks({ terms: [[...inZone('a'), { key: 'pool', operator: 'NotIn', values: ['web'] }]] })],
    },
    expect: [{ ...cart, says: 'a label pool other than web' }],
  },
  {
    it: 'a label that is there, and one that must not be',
    given: {
      nodes,
      pods: [
        asks({
          terms: [
            [
              { key: 'pool', operator: 'Exists', values: [] },
              { key: 'gpu', operator: 'DoesNotExist', values: [] },
            ],
          ],
        }),
      ],
    },
    expect: 'ok',
  },
  {
    it: 'a volume of a zone without a node',
    given: { nodes, pods: [asks({ volumes: volume(inZone('d')) })] },
    expect: [
      { ...cart, args: { of: 'volumes' }, says: 'which PersistentVolume pvc-0 of its claim data-db-0 asks for' },
    ],
  },
  {
    it: 'a volume of a zone whose only node is cordoned',
    given: {
      nodes: [...tainted('node.kubernetes.io/unschedulable').slice(0, 1), ...nodes.slice(1)],
      pods: [asks({ volumes: volume(inZone('a')) })],
    },
    expect: [{ ...cart, args: { of: 'taints' }, says: 'the one node that fits it otherwise is cordoned' }],
  },
  {
    it: 'a taint on each that it does not tolerate',
    given: { nodes: tainted('dedicated', 'gpu'), pods: [asks({})] },
    expect: [
      { ...cart, says: 'each of the 2 nodes has the taint dedicated=gpu:NoSchedule, which it does not tolerate' },
    ],
  },
  ...(
    [
      ['by its value', { key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }],
      ['by its key, whatever the value and the effect', { key: 'dedicated', value: null, effect: null }],
      ['all taints', { key: null, value: null, effect: null }],
    ] as const
  ).map(([it, toleration]) => ({
    it: `the same, tolerated ${it}`,
    given: { nodes: tainted('dedicated', 'gpu'), pods: [asks({ tolerations: [toleration] })] },
    expect: 'ok' as const,
  })),
  {
    it: 'tolerated with another value',
    given: {
      nodes: tainted('dedicated', 'gpu'),
      pods: [asks({ tolerations: [{ key: 'dedicated', value: 'cpu', effect: null }] })],
    },
    expect: [cart],
  },
  {
    it: 'a taint that only asks to stay away',
    given: { nodes: tainted('dedicated', 'gpu', 'PreferNoSchedule'), pods: [asks({})] },
    expect: 'ok',
  },
  { it: 'it asks for nothing, and there is no room', given: { nodes, pods: [asks({})] }, expect: 'ok' },
  {
    it: 'others of the workload are ready',
    given: { nodes, pods: [asks({ selector: { pool: 'x' } }), pod('cart-2')] },
    expect: [{ ...cart, severity: 'warning' }],
  },
  {
    it: 'a gate holds it back',
    given: {
      nodes,
      pods: [
        asks(
          { selector: { pool: 'x' } },
          { scheduling: 'Scheduling is blocked due to non-empty scheduling gates, SchedulingGated' },
        ),
      ],
    },
    expect: 'not-applicable',
  },
  {
    it: 'nobody has tried to place it yet',
    given: { nodes, pods: [(({ scheduling: _none, ...it }) => it)(asks({ selector: { pool: 'x' } }))] },
    expect: 'not-applicable',
  },
  { it: 'it has its node', given: { nodes, pods: [pod('cart-1')] }, expect: 'not-applicable' },
  {
    it: 'nodes forbidden',
    given: modelOf({ pods: [asks({ selector: { pool: 'x' } })] }, { nodes: unknown('forbidden', 'list nodes') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
