import { describe, expect, it } from 'vitest'
import { loadWorld, type ServerBehaviour, virtualClock, type VirtualClock } from '../../../../test/build/load-world.ts'
import type { LoadEnd, LoadStep } from '../../../model/load.ts'
import { dnsLoad } from './dns-load.ts'
import type { LoadSpec } from '../spec.ts'

interface Loaded {
  readonly end: LoadEnd
  readonly steps: readonly LoadStep[]
  readonly received: number
}

const usual: LoadSpec = {
  kind: 'load',
  servers: [{ pod: 'coredns-a', ip: '127.0.0.1', port: 9153, dnsPort: 53, cpuLimitMilli: 100 }],
  name: 'kubernetes.default.svc.cluster.local.',
  rate: 200,
  p99Ms: 250,
  socketsPerServer: 2,
  outstandingPerServer: 20,
  canaryPerSecond: 10,
  timeoutMs: 300,
  stepMs: 300,
  budgetMs: 20_000,
}

async function loaded(
  behaviour: ServerBehaviour,
  about: Partial<LoadSpec> = {},
  clock: VirtualClock = virtualClock(),
  onStep: (step: LoadStep) => void = () => {},
): Promise<Loaded> {
  const steps: LoadStep[] = []
  const ends: LoadEnd[] = []
  const world = loadWorld(clock, behaviour)
  const running = dnsLoad(
    { ...usual, ...about },
    (record) => {
      if (record.t === 'load-step') {
        steps.push(record.step)
        onStep(record.step)
      }
      if (record.t === 'load-end') ends.push(record.end)
    },
    world,
  )
  await clock.until(running)
  const [end] = ends
  if (end === undefined) throw new Error('no end')
  return { end, steps, received: world.received() }
}

describe('how a load ends', () => {
  it('climbs to the target, and not past it', async () => {
    const { end, steps } = await loaded({})
    expect(end.kind).toBe('reached')
    const asked = steps.map((it) => it.asked)
    expect(asked.slice(0, 2)).toEqual([0, 50])
    expect(asked.at(-1)).toBe(200)
    expect(asked.every((it, i) => it <= Math.max(50, 1.51 * (asked[i - 1] ?? 0)))).toBe(true)
  })

  it('ends at the first loss, within its step, and sends nothing more', async () => {
    const { end, steps } = await loaded({ delay: (nth) => (nth === 60 ? null : 0) }, { rate: 5000, stepMs: 3000 })
    expect(end).toMatchObject({ kind: 'harm', why: expect.stringMatching(/lost 1 of/) })
    expect(steps.at(-1)?.load.ms).toBeLessThan(2500)
  })

  it('finds the ceiling of a server that answers so many at a time, without a loss', async () => {
    // 20 under way, 40 ms each: 500 a second.
    const { end } = await loaded({ delay: () => 40 }, { rate: 5000, stepMs: 500 })
    expect(end).toMatchObject({ kind: 'saturated' })
    expect(end.carried).toBeGreaterThan(450)
    expect(end.carried).toBeLessThan(520)
  })

  it('loads nothing on a server that others keep at its CPU limit', async () => {
    const { end, steps } = await loaded({ others: 1000, cpu: (queries) => queries * 95e-6 })
    expect(end.kind).toBe('harm')
    expect(end.why).toMatch(/9\d % of its CPU limit of 100m, and others ask it too, before any load/)
    expect(steps).toHaveLength(1)
  })

  it('does not start where it could not see the servers', async () => {
    const { end, steps } = await loaded({ metrics: 'forbidden' })
    expect(end).toMatchObject({ kind: 'blind', carried: 0 })
    expect(end.why).toContain('HTTP 403')
    expect(steps.every((it) => it.asked === 0)).toBe(true)
  })
})

describe('a loss late in a load', () => {
  const slow: Partial<LoadSpec> = { rate: 100, outstandingPerServer: 100, timeoutMs: 200, stepMs: 1000 }

  it('is none where nothing is lost', async () => {
    expect((await loaded({}, slow)).end).toMatchObject({ kind: 'reached' })
  })

  it('of a query of its last moments shows after the timeout, and no target is said to be reached', async () => {
    const clock = virtualClock()
    let lastFrom = Infinity
    let dropped = false
    const delay = (): number | null => {
      if (dropped || clock.now() < lastFrom + 850) return 0
      dropped = true
      return null
    }
    const { end } = await loaded(
      { delay },
      slow,
      clock,
      ({ asked }) => void (asked === 75 ? (lastFrom = clock.now()) : 0),
    )
    expect(dropped).toBe(true)
    expect(end).toMatchObject({ kind: 'harm', why: expect.stringContaining('lost 1 of') })
  })

  it('is seen while the metrics are read, and stops the sending then', async () => {
    let silent = false
    // The second reading is that of the first step with load.
    const metricsMs = (nth: number): number => {
      if (nth !== 3) return 0
      silent = true
      return 1800
    }
    const { end, steps, received } = await loaded({ delay: () => (silent ? null : 0), metricsMs }, slow)
    expect(steps).toHaveLength(2)
    expect(end).toMatchObject({ kind: 'harm', why: expect.stringMatching(/lost \d+ of .* at 50 queries/) })
    // 1 s of load and 0.3 s until it shows, not all of the 1.8 s of the reading; the canary goes on.
    expect(received).toBeLessThan(125)
  })
})
