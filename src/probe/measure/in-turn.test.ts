import { expect, test } from 'vitest'
import type { BetweenSpec } from '../pod/spec.ts'
import { hubsOf } from '../plan/plan-between.ts'
import { readingsOf } from './readings.ts'
import type { NodeRun } from './node-run.ts'
import { inTurn } from './in-turn.ts'

/** Each pod says where it answers at once, but for those that do not. */
function cluster(mute: readonly string[] = []) {
  const told = new Map<string, BetweenSpec | undefined>()
  const start = async (
    node: string,
    { between }: { readonly between?: BetweenSpec },
    heard: (record: { t: 'answers'; ip: string; udp: number; tcp: number }) => void,
  ): Promise<NodeRun> => {
    told.set(node, between)
    await Promise.resolve()
    if (!mute.includes(node)) heard({ t: 'answers', ip: `10.2.${node.slice(-1)}.9`, udp: 4000, tcp: 4001 })
    await new Promise((resolve) => setTimeout(resolve, 20))
    return { node, readings: readingsOf(node).read(), why: null }
  }
  const asksOf = (node: string): readonly string[] => (told.get(node)?.peers ?? []).map((it) => it.ip)
  const run = (nodes: readonly string[], home: string | null = null) =>
    inTurn(
      {
        run: 'aaaa0000',
        nodes,
        hubs: hubsOf(nodes, home),
        wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms / 1000)),
      },
      start,
    )
  return { told, asksOf, run }
}

test('of three nodes each pair is asked, and the first two go on answering', async () => {
  const { told, asksOf, run } = cluster()
  const { runs, peers } = await run(['n-1', 'n-2', 'n-3'])
  expect(runs.map((it) => it.node)).toEqual(['n-1', 'n-2', 'n-3'])
  expect(peers.map((it) => it.node)).toEqual(['n-1', 'n-2'])
  expect(['n-1', 'n-2', 'n-3'].map(asksOf)).toEqual([[], ['10.2.1.9'], ['10.2.1.9', '10.2.2.9']])
  expect([...told].map(([, it]) => it?.answersForMs !== undefined)).toEqual([true, true, false])
})

test('of one path the pod at its start alone goes first, wherever its node stands', async () => {
  const { told, asksOf, run } = cluster()
  const { runs, peers } = await run(['n-1', 'n-2', 'n-3'], 'n-3')
  expect([...told.keys()]).toEqual(['n-3', 'n-1', 'n-2'])
  expect(runs.map((it) => it.node)).toEqual(['n-1', 'n-2', 'n-3'])
  expect(peers.map((it) => it.node)).toEqual(['n-3'])
  expect(['n-1', 'n-2', 'n-3'].map(asksOf)).toEqual([['10.2.3.9'], ['10.2.3.9'], []])
})

test('of many nodes each asks two', async () => {
  const { asksOf, run } = cluster()
  await run(['n-1', 'n-2', 'n-3', 'n-4', 'n-5'])
  expect([asksOf('n-4'), asksOf('n-5')]).toEqual([
    ['10.2.1.9', '10.2.2.9'],
    ['10.2.1.9', '10.2.2.9'],
  ])
})

test('one node has nobody to ask', async () => {
  const { told, run } = cluster()
  expect((await run(['n-1'])).peers).toEqual([])
  expect(told.get('n-1')).toBeUndefined()
})

test('a first pod that is slow holds nobody up for long, and the second is not waited for after it', async () => {
  const { asksOf, run } = cluster(['n-1'])
  const { runs, peers } = await run(['n-1', 'n-2', 'n-3'])
  expect(runs).toHaveLength(3)
  expect(peers).toEqual([])
  expect(asksOf('n-3')).toEqual([])
})

test('of a URL, too, the first pod alone is waited for', () => {
  expect(hubsOf(['n-1', 'n-2', 'n-3'], null, 'one-path')).toEqual(['n-1'])
  expect(hubsOf(['n-1'], null, 'one-path')).toEqual([])
  expect(hubsOf(['n-1', 'n-2', 'n-3'])).toEqual(['n-1', 'n-2'])
})
