import { describe, expect, it } from 'vitest'
import type { ClientView, LoadStep, ServerView } from '../../../model/load.ts'
import { judge, loadBounds, nextRate, othersOf } from './load-ramp.ts'

const bounds = { ...loadBounds, rate: 5000 }

function client(change: Partial<ClientView> = {}): ClientView {
  return { sent: 2000, answered: 2000, refused: 0, lost: 0, p50: 0.4, p99: 3, ms: 2000, ...change }
}

function server(change: Partial<ServerView> = {}): ServerView {
  return {
    pod: 'coredns-a',
    ip: '10.0.0.1',
    windowMs: 2000,
    cpuSeconds: 0.05,
    requests: 2020,
    responses: { NOERROR: 2020 },
    slowShare: 0,
    forwardFailures: 0,
    cpuLimitMilli: 100,
    ...change,
  }
}

function step(change: Partial<LoadStep> = {}): LoadStep {
  return {
    asked: 1000,
    load: client(),
    canary: client({ sent: 20, answered: 20 }),
    servers: [server()],
    held: 0,
    throttledMs: 0,
    lagMs: 0,
    ...change,
  }
}

const quiet = step({
  asked: 0,
  load: client({ sent: 0, answered: 0 }),
  servers: [server({ requests: 20, cpuSeconds: 0.002, responses: { NOERROR: 20 } })],
})
const busy = step({
  asked: 0,
  load: client({ sent: 0, answered: 0 }),
  servers: [server({ requests: 1020, cpuSeconds: 0.1, responses: { NOERROR: 1020 } })],
})

describe('judge', () => {
  const rows: readonly {
    readonly it: string
    readonly given: LoadStep
    readonly base?: LoadStep
    readonly expect: string
    readonly why?: string
  }[] = [
    { it: 'lets a step pass that was answered', given: step(), expect: 'go' },
    {
      it: 'ends at one lost query',
      given: step({ load: client({ lost: 1 }) }),
      expect: 'harm',
      why: 'the load lost 1 of 2000',
    },
    {
      it: 'ends at one query of the canary lost',
      given: step({ canary: client({ sent: 20, answered: 19, lost: 1 }) }),
      expect: 'harm',
      why: 'the canary lost 1 of 20',
    },
    {
      it: 'ends at a SERVFAIL',
      given: step({ load: client({ refused: 1 }) }),
      expect: 'harm',
      why: 'SERVFAIL or REFUSED',
    },
    { it: 'ends when answers are late', given: step({ load: client({ p99: 251 }) }), expect: 'harm', why: '251 ms' },
    {
      it: 'does not call answers late that its own pod read late',
      given: step({ load: client({ p99: 251 }), lagMs: 120 }),
      expect: 'client',
      why: '120 ms late',
    },
    {
      it: 'ends when the server itself fails others',
      given: step({ servers: [server({ responses: { NOERROR: 900, SERVFAIL: 100 } })] }),
      expect: 'harm',
      why: '10 % with SERVFAIL',
    },
    {
      it: 'ends near the CPU limit while others ask',
      given: step({ servers: [server({ cpuSeconds: 0.18 })] }),
      base: busy,
      expect: 'harm',
      why: '90 % of its CPU limit of 100m',
    },
    {
      it: 'goes on near the CPU limit when nobody else asks',
      given: step({ servers: [server({ cpuSeconds: 0.18 })] }),
      expect: 'go',
    },
    {
      it: 'ends before any load on a server that others keep at its limit',
      given: step({ ...busy, servers: [server({ requests: 1020, cpuSeconds: 0.19 })] }),
      base: step({ ...busy, servers: [server({ requests: 1020, cpuSeconds: 0.19 })] }),
      expect: 'harm',
    },
    {
      it: 'sees a server that answers fewer than asked',
      given: step({ load: client({ sent: 1500, answered: 1500 }), held: 0.6 }),
      expect: 'behind',
    },
    { it: 'sees answers that queue up', given: step({ load: client({ answered: 1500 }) }), expect: 'behind' },
    {
      it: 'does not blame the server when its own pod sent too little',
      given: step({ load: client({ sent: 1500, answered: 1500 }) }),
      expect: 'client',
    },
    {
      it: 'nor when its own pod was throttled',
      given: step({ load: client({ sent: 1500, answered: 1500 }), held: 0.6, throttledMs: 400 }),
      expect: 'client',
      why: '400 ms',
    },
  ]
  it.each(rows)('$it', ({ given, base = quiet, expect: kind, why }) => {
    const verdict = judge(given, base, bounds)
    expect(verdict.kind).toBe(kind)
    if (why !== undefined) expect('why' in verdict ? verdict.why : '').toContain(why)
  })
})

describe('nextRate', () => {
  it('grows by half while nothing is strained, by a fifth once something is, and stops at the target', () => {
    expect(nextRate(step(), quiet, bounds)).toBe(1500)
    expect(nextRate(step({ load: client({ p99: 60 }) }), quiet, bounds)).toBe(1200)
    expect(nextRate(step({ asked: 4000 }), quiet, bounds)).toBe(5000)
  })

  it('does not step past the CPU share at which others would wait', () => {
    const at70 = step({ servers: [server({ cpuSeconds: 0.14 })] })
    const next = nextRate(at70, busy, bounds)
    // 50 % were there before, 20 % are ours: 85 % is reached at 1.75 x ours, but strained steps grow by a fifth.
    expect(next).toBe(1200)
    expect(nextRate(step({ servers: [server({ cpuSeconds: 0.168 })] }), busy, bounds)).toBe(1050)
  })
})

it('others are what the servers counted beyond ours', () => {
  expect(Math.round(othersOf(busy))).toBe(500)
  expect(Math.round(othersOf(quiet))).toBe(0)
})
