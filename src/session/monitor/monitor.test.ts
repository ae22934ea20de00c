import { mkdtempSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { rawCluster } from '../../../test/build/raw-cluster.ts'
import { kubeconfigOf } from '../../../test/build/program.ts'
import { sendJson, serve, type TestServer } from '../../../test/fakes/api-server.ts'
import { type MonitorState, nothingSeen, told } from '../../answers/monitor/state.ts'
import { mostFindings } from '../../answers/monitor/round.ts'
import type { Clock } from '../../probe/pod/clock.ts'
import { monitor, type MonitorAsk, type MonitorEvent, untilNext } from './monitor.ts'

/** What the API server answers with; a test may change it between rounds. */
let answer: 'well' | 'forbidden' | 'broken' | 'silent' | 'crowd' = 'well'
let server: TestServer

const services = (many: number): readonly object[] =>
  Array.from({ length: many }, (_, i) => ({
    metadata: { namespace: 'shop', name: `none-${i}` },
    spec: { type: 'ClusterIP', clusterIP: `10.96.1.${i % 250}`, selector: { app: `none-${i}` }, ports: [{ port: 80 }] },
  }))

beforeEach(async () => {
  answer = 'well'
  server = await serve((request, response) => {
    // What a test server remembers is no leak of the monitor's.
    ;(server.requests as IncomingMessage[]).length = 0
    const { pathname } = new URL(request.url ?? '/', 'http://x')
    if (pathname === '/version') return sendJson(response, 200, { gitVersion: 'v1.33.1', platform: 'linux/amd64' })
    if (answer === 'silent') return
    if (answer === 'broken') return void response.destroy()
    if (answer === 'forbidden') return sendJson(response, 403, { kind: 'Status', reason: 'Forbidden', code: 403 })
    const [, plural = '', name] =
      /\/([a-z]+)(?:\/([^/]+))?$/.exec(pathname.replace(/^.*\/namespaces\/[^/]+(?=\/)/, '')) ?? []
    const held = (rawCluster[plural] ?? []) as readonly { readonly metadata: { readonly name: string } }[]
    const all = answer === 'crowd' && plural === 'services' ? [...held, ...services(800)] : held
    const found = held.find((it) => it.metadata.name === name)
    if (name !== undefined)
      return sendJson(response, found === undefined ? 404 : 200, found ?? { kind: 'Status', code: 404 })
    sendJson(response, 200, { kind: 'List', metadata: { resourceVersion: '1' }, items: all })
  })
})
afterEach(() => server.close())

/** No time passes between rounds. */
const hasty: Clock = {
  now: () => performance.now(),
  sleep: () => Promise.resolve(),
  every(_, act) {
    const timer = setImmediate(act)
    return () => clearImmediate(timer)
  },
}

const asked = (rest: Partial<MonitorAsk> = {}): MonitorAsk => ({
  kubeconfig: kubeconfigOf(server.url),
  allNamespaces: true,
  requestTimeout: 5000,
  every: 10_000,
  lookupsEvery: null,
  pages: 'api',
  keep: null,
  clock: hasty,
  ...rest,
})

/** Until `isEnough` says so, of each event with the state after it. */
async function watched(
  ask: MonitorAsk,
  isEnough: (event: MonitorEvent, state: MonitorState) => boolean,
): Promise<{ readonly state: MonitorState; readonly events: readonly MonitorEvent[] }> {
  const stop = new AbortController()
  let state = nothingSeen
  const events: MonitorEvent[] = []
  await monitor(ask, {
    signal: stop.signal,
    tell(event) {
      if (event.kind !== 'step' && event.kind !== 'announce' && event.kind !== 'left' && event.kind !== 'load')
        state = told(state, event)
      if (events.length < 100) events.push(event)
      if (isEnough(event, state)) stop.abort()
    },
  })
  return { state, events }
}
const rounds = (many: number) => (event: MonitorEvent, state: MonitorState) =>
  event.kind === 'round' && Object.values(state.rounds).reduce((sum, it) => sum + it, 0) >= many

test('each round is a diagnosis, and what it cost is told once', async () => {
  const { state, events } = await watched(asked(), rounds(3))
  expect(state.rounds).toEqual({ done: 3, late: 0, blind: 0, failed: 0 })
  expect(state.seen?.facts.standing.length).toBeGreaterThan(0)
  expect(state.seen?.facts.bySeverity.error).toBeGreaterThan(0)
  const loads = events.flatMap((it) => (it.kind === 'load' ? [it.load] : []))
  expect(loads).toHaveLength(1)
  expect(loads[0]?.lookups).toBeNull()
  expect(loads[0]?.requests).toBeGreaterThan(10)
  expect(state.isAsking).toBe(false)
})

describe('a cluster that goes away and comes back', () => {
  test.each([
    { away: 'forbidden', outcome: 'blind' },
    { away: 'broken', outcome: 'blind' },
  ] as const)('$away', async ({ away, outcome }) => {
    const { state, events } = await watched(asked(), (event, now) => {
      if (event.kind !== 'round') return false
      if (now.rounds.done === 1 && now.rounds[outcome] < 2) answer = away
      else answer = 'well'
      return now.rounds.done >= 2
    })
    expect(state.rounds[outcome]).toBeGreaterThanOrEqual(2)
    const seen = events.flatMap((it) => (it.kind === 'round' ? [it.round] : []))
    expect(seen.find((it) => it.outcome === outcome)?.why).toMatch(/no check could judge anything: .+/)
    expect(state.last?.outcome).toBe('done')
  })
})

test('a server that says nothing ends the round by its time, and the signal ends it at once', async () => {
  const stop = new AbortController()
  const ended = monitor(asked(), {
    signal: stop.signal,
    tell: (event) => {
      if (event.kind !== 'round') return
      answer = 'silent'
      setTimeout(() => stop.abort(), 200)
    },
  })
  const began = performance.now()
  await ended
  expect(performance.now() - began).toBeLessThan(5000)
})

test('of very many findings some have a series, and the rest a number', async () => {
  answer = 'crowd'
  const { state } = await watched(asked(), rounds(1))
  expect(state.seen?.facts.standing).toHaveLength(mostFindings)
  expect(state.seen?.facts.leftOut).toBeGreaterThan(200)
}, 60_000)

test.each([
  { it: 'rounds', rest: { every: 9999 }, message: /a round every 9999 ms would be a load of its own/ },
  { it: 'lookups', rest: { lookupsEvery: 199 }, message: /lookups every 199 ms would be a load of their own/ },
  { it: 'a check', rest: { only: ['SVC999'] }, message: /no check `SVC999`/ },
])('a slip is said before anything is asked: $it', async ({ rest, message }) => {
  await expect(monitor(asked(rest), { signal: AbortSignal.abort(), tell: () => {} })).rejects.toThrow(message)
})

test('the ignore file is read in each round, and one that is broken meanwhile fails the round', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'ignore-')), 'ignore.yaml')
  writeFileSync(file, '[]')
  const { state, events } = await watched(asked({ ignoreFile: file }), (event, now) => {
    if (event.kind !== 'round') return false
    const code = now.seen?.facts.standing[0]?.code ?? ''
    if (now.rounds.done === 1 && now.rounds.failed === 0) writeFileSync(file, 'a: [')
    if (now.rounds.failed === 1 && now.rounds.done === 1) writeFileSync(file, `- code: ${code}\n  reason: known\n`)
    return now.rounds.done >= 2
  })
  expect(state.rounds).toMatchObject({ done: 2, failed: 1 })
  const all = events.flatMap((it) => (it.kind === 'round' ? [it.round] : []))
  expect(all[1]?.why).toContain('ignore.yaml')
  const code = all[0]?.facts?.standing[0]?.code
  expect(all[2]?.facts?.standing.map((it) => it.code)).not.toContain(code)
})

test.each([
  { every: 60_000, took: 2000, expected: 58_000 },
  { every: 60_000, took: 50_000, expected: 50_000 },
  { every: 60_000, took: 90_000, expected: 90_000 },
])('a round of $took ms every $every ms: the next one after $expected', ({ every, took, expected }) =>
  expect(untilNext(every, took)).toBe(expected),
)

test('five hundred rounds take no more memory than two hundred, which the compiler has settled after', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const used: number[] = []
  await watched(asked(), (event, state) => {
    const made = state.rounds.done
    if (event.kind === 'round' && (made === 200 || made === 500)) {
      collect()
      used.push(process.memoryUsage().heapUsed)
    }
    return made >= 500
  })
  const [early = 0, late = 0] = used
  // A round's reading alone has a megabyte: to keep one of a hundred would show. A busy machine compiles late.
  expect(late - early).toBeLessThan(8 * 2 ** 20)
}, 120_000)
