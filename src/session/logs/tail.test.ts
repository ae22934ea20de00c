import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { goneWords, type LogServer, logServer } from '../../../test/fakes/log-server.ts'
import { random } from '../../../test/fuzz/inputs.ts'
import type { Pace } from './track.ts'
import { readPods } from './read-once.ts'
import { type TailAsk, tailPods } from './tail.ts'
import type { TailLine, TailMark } from '../../answers/tail/events.ts'

const pace: Pace = { leastPauseMs: 10, mostPauseMs: 40, lagMs: 120, patienceMs: 5000 }

interface Tailing {
  readonly lines: TailLine[]
  readonly marks: TailMark[]
  readonly texts: () => readonly string[]
  readonly kinds: () => readonly string[]
  readonly end: () => Promise<void>
}

function tailing(server: LogServer, ask: Partial<TailAsk> = {}): Tailing {
  const stop = new AbortController()
  const [lines, marks]: [TailLine[], TailMark[]] = [[], []]
  const done = tailPods(
    { namespace: 'shop', labelSelector: null, wants: () => true, most: 50, pace, ...ask },
    {
      cluster: server.cluster,
      signal: stop.signal,
      deliver: (it) => void lines.push(it),
      mark: (it) => void marks.push(it),
    },
  )
  return {
    lines,
    marks,
    texts: () => lines.map((it) => it.text),
    kinds: () => marks.map((it) => it.kind),
    end: async () => {
      stop.abort()
      await done
    },
  }
}

async function until(holds: () => boolean, ms = 5000): Promise<void> {
  const end = Date.now() + ms
  while (!holds() && Date.now() < end) await sleep(5)
}

async function withServer(work: (server: LogServer) => Promise<void>): Promise<void> {
  const server = await logServer()
  try {
    await work(server)
  } finally {
    server.cluster.close()
    await server.close()
  }
}

const upTo = (n: number): readonly string[] => Array.from({ length: n }, (_, at) => String(at))

describe('no line lost, none repeated', () => {
  test.concurrent.each(['reset', 'quiet', 'words'] as const)(
    'over a connection that is cut (%s), in the middle of a line',
    (how) =>
      withServer(async (server) => {
        server.add('web')
        server.write('web', '0')
        const tail = tailing(server)
        await until(() => tail.lines.length === 1)
        for (let n = 1; n < 6; n++) {
          server.cut(how)
          server.write('web', String(n))
          await until(() => tail.lines.length > n)
        }
        await tail.end()
        expect(tail.texts()).toEqual(upTo(6))
        expect(tail.kinds()).toEqual(['joined'])
      }),
  )

  test.concurrent('lines of one moment, of equal text, and out of order', () =>
    withServer(async (server) => {
      server.add('web')
      const ms = Date.now()
      for (const [nanos, text] of [
        [5, 'same'],
        [5, 'same'],
        [9, 'later'],
        [7, 'earlier'],
      ] as const)
        server.write('web', text, { ms, nanos })
      const tail = tailing(server)
      await until(() => tail.lines.length === 4)
      server.cut('reset')
      for (const [nanos, text] of [
        [8, 'between'],
        [5, 'same'],
        [9, 'later'],
      ] as const)
        server.write('web', text, { ms, nanos })
      await until(() => tail.lines.length === 7)
      await sleep(60)
      await tail.end()
      expect(tail.texts()).toEqual(['same', 'same', 'later', 'earlier', 'between', 'same', 'later'])
    }))

  test.concurrent.each([0, 60, 400])('over a restart that the status tells of %s ms later', (lag) =>
    withServer(async (server) => {
      server.add('web')
      const tail = tailing(server)
      server.write('web', '0')
      await until(() => tail.lines.length === 1)
      // The end of the run is written while nobody is connected.
      server.refuse = 500
      server.cut('reset')
      server.write('web', '1')
      server.lastWords('web', '2')
      server.restart('web', lag)
      server.write('web', '3')
      server.refuse = null
      await until(() => tail.lines.length === 4 && tail.kinds().includes('restarted'))
      server.write('web', '4')
      await until(() => tail.lines.length === 5)
      await sleep(200)
      await tail.end()
      expect(tail.texts().toSorted()).toEqual(upTo(5))
      expect(tail.marks.filter((it) => it.kind !== 'joined')).toEqual([
        expect.objectContaining({ kind: 'restarted', run: 1, exit: { code: 1, reason: 'Error' } }),
      ])
    }),
  )

  test.concurrent('of a pod that comes back under its name, as a StatefulSet has it', () =>
    withServer(async (server) => {
      server.add('db-0')
      const tail = tailing(server, { tailLines: 1 })
      server.write('db-0', '0')
      await until(() => tail.lines.length === 1)
      for (let n = 1; n < 6; n += 2) {
        server.write('db-0', String(n))
        await until(() => tail.lines.length > n)
        server.remove('db-0')
        await until(() => tail.kinds().filter((it) => it === 'left').length === (n + 1) / 2)
        server.add('db-0')
        server.write('db-0', String(n + 1))
        await until(() => tail.lines.length > n + 1)
      }
      await tail.end()
      expect(tail.texts()).toEqual(upTo(7))
      expect(tail.kinds().filter((it) => it === 'gap')).toEqual([])
    }))

  test.concurrent('by a watch that is cut and misses a pod', () =>
    withServer(async (server) => {
      server.add('a')
      const tail = tailing(server)
      await until(() => tail.kinds().length === 1)
      server.cutWatches()
      server.add('b')
      server.write('b', '0')
      await until(() => tail.lines.length === 1)
      await tail.end()
      expect(tail.texts()).toEqual(['0'])
    }))
})

describe('what may be missing is told', () => {
  test.concurrent('a log that was rotated while nobody read', () =>
    withServer(async (server) => {
      server.add('web')
      const tail = tailing(server)
      server.write('web', '0')
      await until(() => tail.lines.length === 1)
      server.refuse = 500
      server.cut('reset')
      server.write('web', 'lost')
      server.rotate('web')
      server.write('web', '1')
      server.refuse = null
      await until(() => tail.kinds().includes('gap'))
      await tail.end()
      expect(tail.texts()).toEqual(['0', '1'])
      expect(tail.marks.find((it) => it.kind === 'gap')).toMatchObject({
        why: 'rotated',
        from: expect.stringContaining('T') as string,
        to: tail.lines[1]?.time,
      })
    }))

  test.concurrent('a pod that went away while the connection was broken', () =>
    withServer(async (server) => {
      server.add('web')
      const tail = tailing(server)
      server.write('web', '0')
      await until(() => tail.lines.length === 1)
      server.refuse = 500
      server.cut('reset')
      server.remove('web')
      await sleep(400)
      server.refuse = null
      await until(() => tail.kinds().includes('left'))
      await tail.end()
      expect(tail.kinds()).toEqual(['joined', 'gap', 'left'])
    }))

  test.concurrent.each(['words', 'refusal'] as const)(
    'a log that can not be read (%s): once, and it goes on when it can',
    (how) =>
      withServer(async (server) => {
        server.add('web')
        const tail = tailing(server, { pace: { ...pace, patienceMs: 200 } })
        server.write('web', '0')
        await until(() => tail.lines.length === 1)
        if (how === 'words') server.says = goneWords
        else server.refuse = 500
        server.cut('reset')
        await until(() => tail.kinds().includes('unread'))
        await sleep(300)
        server.says = null
        server.refuse = null
        server.write('web', '1')
        await until(() => tail.lines.length === 2)
        await tail.end()
        expect(tail.texts()).toEqual(upTo(2))
        expect(tail.kinds()).toEqual(['joined', 'unread'])
        if (how === 'words') expect(tail.marks[1]).toMatchObject({ detail: `the kubelet says \`${goneWords}\`` })
      }),
  )

  test.concurrent('the end of a run before, of which the kubelet only says that it is gone', () =>
    withServer(async (server) => {
      server.add('web')
      const tail = tailing(server)
      server.write('web', '0')
      await until(() => tail.lines.length === 1)
      server.says = goneWords
      server.cut('reset')
      server.restart('web', 0)
      await until(() => tail.kinds().includes('gap'))
      server.says = null
      server.write('web', '1')
      await until(() => tail.lines.length === 2)
      await tail.end()
      expect(tail.texts()).toEqual(upTo(2))
      expect(tail.marks.filter((it) => it.kind === 'gap')).toEqual([expect.objectContaining({ why: 'run-unread' })])
    }))

  test.concurrent('a log that is read once', () =>
    withServer(async (server) => {
      server.add('web')
      server.says = goneWords
      const marks: TailMark[] = []
      const lines: TailLine[] = []
      await readPods(
        { namespace: 'shop', labelSelector: null, wants: () => true, most: 50 },
        {
          cluster: server.cluster,
          signal: new AbortController().signal,
          deliver: (it) => void lines.push(it),
          mark: (it) => void marks.push(it),
        },
      )
      expect(lines).toEqual([])
      expect(marks).toMatchObject([{ kind: 'joined' }, { kind: 'unread', detail: `the kubelet says \`${goneWords}\`` }])
    }))

  test.concurrent('a pod that ends while it is read leaves no gap', () =>
    withServer(async (server) => {
      server.add('web')
      const tail = tailing(server)
      server.write('web', '0')
      await until(() => tail.lines.length === 1)
      server.write('web', '1')
      server.remove('web')
      await until(() => tail.kinds().includes('left'))
      await tail.end()
      expect(tail.texts()).toEqual(upTo(2))
      expect(tail.kinds()).toEqual(['joined', 'left'])
    }))
})

describe('the API server is spared', () => {
  test.concurrent('no more logs are open than may be; whoever waits is told, and loses nothing', () =>
    withServer(async (server) => {
      for (const name of ['a', 'b', 'c', 'd']) {
        server.add(name)
        server.write(name, name)
      }
      const tail = tailing(server, { most: 2 })
      await until(() => tail.lines.length === 2)
      await sleep(100)
      expect(server.open()).toBe(2)
      expect(tail.kinds().toSorted()).toEqual(['joined', 'joined', 'waiting', 'waiting'])
      server.remove(tail.texts()[0] ?? '')
      server.remove(tail.texts()[1] ?? '')
      await until(() => tail.lines.length === 4)
      await tail.end()
      expect(tail.texts().toSorted()).toEqual(['a', 'b', 'c', 'd'])
    }))

  test.concurrent('a server that refuses is asked ever more rarely', () =>
    withServer(async (server) => {
      server.add('web')
      const tail = tailing(server, { pace: { leastPauseMs: 40, mostPauseMs: 5000, lagMs: 100, patienceMs: 5000 } })
      await until(() => tail.kinds().length === 1)
      server.refuse = 500
      server.cut('reset')
      await sleep(100)
      const before = server.requests().length
      await sleep(1000)
      expect(server.requests().length - before).toBeLessThan(25)
      await tail.end()
    }))

  test.concurrent('an end leaves no connection', () =>
    withServer(async (server) => {
      server.add('web')
      const tail = tailing(server)
      await until(() => server.open() === 1)
      await tail.end()
      await until(() => server.open() === 0, 1000)
      expect(server.open()).toBe(0)
    }))
})

/** A world in which everything happens to some pods at once; what was written, by pod and run. */
async function world(seed: number, server: LogServer, joined: () => number): Promise<ReadonlyMap<string, number>> {
  const from = random(seed)
  const written = new Map<string, number>()
  const runs = new Map<string, { name: string; run: number; restartedAt: number }>()
  let next = 0
  const add = (): void => {
    const name = `web-${next++}`
    server.add(name)
    runs.set(name, { name, run: 0, restartedAt: 0 })
  }
  for (let n = 0; n < 5; n++) add()
  await until(() => joined() >= 5)
  for (let step = 0; step < 80; step++) {
    for (const it of runs.values())
      for (let n = from.below(3); n > 0; n--) {
        const key = `${it.name} ${it.run}`
        const count = written.get(key) ?? 0
        server.write(it.name, `${key} ${count}`)
        written.set(key, count + 1)
      }
    const one = from.of([...runs.values()])
    const what = from.below(60)
    if (what === 0) server.cut('reset')
    else if (what === 1) server.cut('quiet')
    else if (what === 2) server.cutWatches()
    else if (what === 6) server.cut('words')
    else if (what < 5 && Date.now() - one.restartedAt > 600) {
      server.restart(one.name, from.below(100))
      one.run++
      one.restartedAt = Date.now()
    } else if (what === 5) {
      server.remove(one.name)
      runs.delete(one.name)
      add()
    }
    await sleep(from.below(12))
  }
  return written
}

test.concurrent.each([1, 2])(
  'whatever happens, each line comes once and in order, or a gap is told (world %s)',
  (seed) =>
    withServer(async (server) => {
      const tail = tailing(server)
      const written = await world(seed, server, () => tail.kinds().length)
      const all = [...written.values()].reduce((sum, it) => sum + it, 0)
      await until(() => tail.lines.length >= all, 4000)
      await sleep(300)
      await tail.end()
      const came = Map.groupBy(tail.texts(), (it) => it.replace(/ \d+$/, ''))
      const gone = new Set(tail.marks.flatMap((it) => (it.kind === 'gap' ? [it.place.pod] : [])))
      // A pod that came and went while no watch stood was never there for anybody.
      const seen = new Set(tail.marks.map((it) => it.place.pod))
      for (const [key, count] of written) {
        const lines = (came.get(key) ?? []).map((it) => Number(it.split(' ')[2]))
        expect(new Set(lines).size, `${key}: repeated`).toBe(lines.length)
        expect(lines, `${key}: out of order`).toEqual(lines.toSorted((a, b) => a - b))
        const pod = key.split(' ')[0] ?? ''
        if (!gone.has(pod) && seen.has(pod)) expect(lines.length, `${key}: lost`).toBe(count)
      }
      // Gaps are of pods that went while nobody was connected, and few.
      expect(tail.marks.filter((it) => it.kind === 'gap' && it.why !== 'pod-gone')).toEqual([])
      expect(all).toBeGreaterThan(200)
      expect(tail.lines.length).toBeGreaterThan(all * 0.9)
    }),
  60_000,
)
