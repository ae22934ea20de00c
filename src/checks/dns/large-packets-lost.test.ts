import { expect, test } from 'vitest'
import {
  blackHoleOn,
  cluster,
  largeLostOn,
  slowButAnswering,
  starved,
  workers,
} from '../../../test/build/dns-faults.ts'
import { answered } from '../../../test/build/lookups.ts'
import { mtuPath, networks } from '../../../test/build/node-network.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import sizeLost from '../node/size-lost.ts'
import check from './large-packets-lost.ts'

const ofServer = (pod: string) => ({
  large: largeLostOn(...workers).map((it) =>
    it.pod === pod ? it : { ...it, result: 'complete' as const, bytes: 30_000 },
  ),
})

describeCheck(check, [
  {
    it: 'to one node',
    given: cluster({ probed: { large: largeLostOn('worker-3') } }),
    expect: [
      {
        subject: 'Node/worker-3',
        confidence: 'observed',
        args: { side: 'receiver', pairs: 'from coredns-0 to worker-3, from coredns-1 to worker-3' },
      },
    ],
  },
  {
    it: 'to one node, which has a server of its own',
    given: cluster({ probed: { large: largeLostOn('worker-1') } }),
    expect: [{ subject: 'Node/worker-1', args: { pairs: 'from coredns-1 to worker-1' } }],
  },
  {
    it: "from one server to every other node: the server's node",
    given: cluster({ probed: ofServer('coredns-1') }),
    expect: [{ subject: 'Node/worker-2', args: { side: 'sender' } }],
  },
  {
    it: 'one pair of nodes',
    given: cluster({
      probed: {
        large: largeLostOn('worker-3').map((it) =>
          it.pod === 'coredns-0' ? { ...it, result: 'complete' as const } : it,
        ),
      },
    }),
    expect: [{ subject: 'Node/worker-3', args: { pairs: 'from coredns-1 to worker-3' } }],
  },

  {
    it: 'no page came to anybody: the page may be what hangs',
    given: cluster({ probed: { large: largeLostOn(...workers).map((it) => ({ ...it, result: 'stalled' as const })) } }),
    expect: 'cannot-tell',
    says: /metrics pages/,
  },
  {
    it: 'a starved server is late with everything',
    given: cluster({ network: starved, probed: { large: largeLostOn('worker-3') } }),
    expect: 'cannot-tell',
  },
  {
    it: 'small answers are slow too; a server that misses several pages has one name',
    given: cluster({ network: () => answered(900), probed: { large: largeLostOn('worker-1', 'worker-3') } }),
    expect: 'cannot-tell',
    says: /from coredns-1, coredns-0, and small ones|from coredns-0, coredns-1, and small ones/,
  },
  {
    it: 'small answers are lost too',
    given: cluster({ network: blackHoleOn('worker-3'), probed: { large: largeLostOn('worker-3') } }),
    expect: 'cannot-tell',
  },
  { it: 'no lookups at all', given: modelOf({}), expect: 'cannot-tell', says: /--probe/ },

  { it: 'a recording from before large answers were fetched', given: cluster(), expect: 'not-applicable' },
  {
    it: 'the metrics port is closed: nothing is known of large packets',
    given: cluster({
      probed: { large: largeLostOn('worker-3').map((it) => ({ ...it, result: 'unreachable' as const })) },
    }),
    expect: 'not-applicable',
  },
  {
    it: 'slow, and all pages came',
    given: cluster({ network: slowButAnswering, probed: { large: largeLostOn() } }),
    expect: 'ok',
  },
  { it: 'all came', given: cluster({ probed: { large: largeLostOn() } }), expect: 'ok' },
])

const asked = { dns: { kind: 'dns' }, everything: { kind: 'everything' } } as const

test.each([
  ['dns', 'DNS147'],
  ['everything', 'NOD532'],
] as const)('of the same loss between the same nodes, %s is told by %s', (target, root) => {
  const paths = ['worker-1', 'worker-2'].map((it) => mtuPath(it, 'worker-3', { large: 0, back: 0 }))
  const model = modelOf(
    { ...cluster({ probed: { large: largeLostOn('worker-3') } }), nodeNetworks: networks({}, paths) },
    {},
    { target: asked[target] },
  )
  const { roots } = diagnose(model, { checks: [check, sizeLost] })
  expect(roots.map(({ finding, consequences }) => [finding.code, consequences.length])).toEqual([[root, 1]])
})
