import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Cluster } from '../kube/cluster.ts'
import { owe, owed } from '../owed.ts'
import { ToolError } from '../tool-error.ts'
import type { SessionEvent } from './events.ts'
import { type Ended, onCluster } from './with-cluster.ts'

function fake(): { readonly cluster: Cluster; readonly closed: () => number } {
  let closed = 0
  return { cluster: { context: 'test', close: () => void closed++ } as unknown as Cluster, closed: () => closed }
}

/** How `work` ends. `leaves`: what it made and did not take down, and whether a second try removes it. */
interface Course {
  readonly end: 'value' | 'error' | 'aborted' | 'late' | 'never opens' | 'aborted before it opens'
  readonly leaves: readonly boolean[]
}

interface Seen {
  readonly ended: Ended<string> | ToolError | Error
  readonly events: readonly SessionEvent[]
  readonly closed: number
  readonly there: ReadonlySet<string>
}

let runs = 0

async function frame({ end, leaves }: Course): Promise<Seen> {
  const run = `run${runs++}`
  const stop = new AbortController()
  const events: SessionEvent[] = []
  const there = new Set<string>()
  const { cluster, closed } = fake()
  const opening = (): Promise<Cluster> => {
    if (end === 'never opens') return Promise.reject(new ToolError('unreachable', 'no way'))
    if (end !== 'aborted before it opens') return Promise.resolve(cluster)
    stop.abort(new Error('interrupted'))
    return Promise.reject(new Error('interrupted'))
  }
  const caller = { signal: stop.signal, tell: (it: SessionEvent) => void events.push(it) }
  const ended = await onCluster(opening, { ...caller, timeoutMs: end === 'late' ? 1 : null }, async (its) => {
    for (const [index, goes] of leaves.entries()) {
      const what = `pod ${run}/${index}`
      there.add(what)
      owe({ what, pay: () => Promise.resolve(closed() === 0 && goes && there.delete(what)) })
    }
    if (end === 'aborted') stop.abort(new Error('interrupted'))
    if (end === 'late') await new Promise((resolve) => its.signal.addEventListener('abort', resolve))
    its.signal.throwIfAborted()
    if (end === 'error') throw new ToolError('probe-failed', 'it went wrong')
    return 'answer'
  }).catch((error: Error) => error)
  return { ended, events, closed: closed(), there }
}

describe('the frame', () => {
  const opened = ['value', 'error', 'aborted', 'late'] as const
  const unopened = ['never opens', 'aborted before it opens'] as const
  const course = fc.record({ end: fc.constantFrom(...opened), leaves: fc.array(fc.boolean(), { maxLength: 4 }) })

  test('however a run ends, what it made is gone or is named, and the cluster is closed after that', () =>
    fc.assert(
      fc.asyncProperty(course, async (its) => {
        const { ended, events, closed, there } = await frame(its)
        const named = 'kind' in ended && ended.kind === 'interrupted' ? ended.left : []
        const told = events.flatMap((it) => (it.kind === 'left' ? it.what : []))
        expect([...named, ...told].toSorted()).toEqual([...there].toSorted())
        expect(there.size).toBe(its.leaves.filter((goes) => !goes).length)
        expect(closed).toBe(1)
        if (its.end === 'value') expect(ended).toEqual({ kind: 'done', value: 'answer' })
        if (its.end === 'error') expect(ended).toMatchObject({ code: 'probe-failed' })
        if (its.end === 'aborted') expect(ended).toMatchObject({ kind: 'interrupted', reached: true })
        if (its.end === 'late') expect(ended).toMatchObject({ code: 'timed-out' })
      }),
      { numRuns: 60 },
    ))

  test('runs side by side answer each for their own', async () => {
    const all = await Promise.all(opened.map((end) => frame({ end, leaves: [false, true] })))
    for (const { ended, events, there } of all) {
      const named = 'kind' in ended && ended.kind === 'interrupted' ? ended.left : []
      expect([...named, ...events.flatMap((it) => (it.kind === 'left' ? it.what : []))]).toEqual([...there])
    }
    // The process knows of all that is left, whosever it is.
    expect(owed()).toEqual(expect.arrayContaining(all.flatMap((it) => [...it.there])))
  })

  test.each(unopened)('a cluster that %s', async (end) => {
    const { ended, events, closed } = await frame({ end, leaves: [] })
    expect({ events, closed }).toEqual({ events: [], closed: 0 })
    if (end === 'never opens') expect(ended).toMatchObject({ code: 'unreachable' })
    else expect(ended).toEqual({ kind: 'interrupted', reached: false, left: [] })
  })

  test('a pod that goes at the second try is told of', async () => {
    const { events } = await frame({ end: 'value', leaves: [true] })
    expect(events).toEqual([
      { kind: 'announce', line: expect.stringMatching(/^pod run\d+\/0 .*removed now$/) as unknown },
    ])
  })
})
