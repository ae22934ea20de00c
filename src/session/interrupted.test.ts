import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { some, today } from '../../test/build/effort.ts'
import { clouds } from '../../test/flavours/clouds.ts'
import { fakeCluster } from '../../test/flavours/fake-cluster.ts'
import { settle } from '../../test/flavours/settle.ts'
import { ToolError } from '../tool-error.ts'
import type { ClusterAsk, ProbeAsk } from './asks.ts'
import { capacityOf } from './capacity/capacity.ts'
import { cleanUp } from './cleanup.ts'
import { collectToFile } from './collect.ts'
import { diagnoseCluster } from './diagnose.ts'
import { listFixes } from './fix/list.ts'
import { makePlan } from './fix/plan.ts'
import { resolveName } from './resolve/resolve.ts'
import { traceCluster } from './trace.ts'
import { watchDns } from './watch/watch.ts'
import type { Ended } from './with-cluster.ts'

/*
 * Each use-case over an API server on loopback, stopped at its first request, at its second, and so on to its end: it
 * answers, or says that it was interrupted. It never fails with somebody else's error, and tells nothing afterwards.
 */

interface Anyone {
  readonly signal: AbortSignal
  readonly tell: () => void
}

type UseCase = (ask: ClusterAsk & ProbeAsk, caller: Anyone) => Promise<Ended<unknown>>

const folder = mkdtempSync(join(tmpdir(), 'session-'))
const out = join(folder, 'x.hops')
const yes = (): Promise<boolean> => Promise.resolve(true)

const useCases: Readonly<Record<string, UseCase>> = {
  diagnose: (ask, caller) => diagnoseCluster({ ...ask, target: null, keepIn: folder }, caller),
  'diagnose an object': (ask, caller) => diagnoseCluster({ ...ask, target: 'svc/web', keepIn: null }, caller),
  collect: (ask, caller) => collectToFile({ ...ask, target: null, out }, caller),
  cleanup: (ask, caller) => cleanUp(ask, { ...caller, confirm: yes }),
  fix: (ask, caller) => listFixes(null, ask, caller),
  plan: (ask, caller) => makePlan('DNS111', { ...ask, plansIn: folder, filesIn: folder }, caller),
  capacity: (ask, caller) => capacityOf({ ...ask, window: 10 }, { ...caller, confirm: yes }),
  resolve: ({ node: _node, ...ask }, caller) => resolveName({ ...ask, name: 'web', from: 'pod/none' }, caller),
  trace: (ask, caller) => traceCluster({ ...ask, start: 'pod/none', end: 'svc/web:80', keepIn: null }, caller),
  watch: ({ node: _node, ...ask }, caller) => watchDns({ ...ask, interval: 1000, for: 10 }, caller),
}

interface Outcome {
  readonly ended: Ended<unknown> | ToolError
  readonly requests: number
  readonly late: number
}

/** Stopped when request number `at` arrives; 0: before the first. */
async function stoppedAt(useCase: UseCase, at: number, slow: boolean): Promise<Outcome> {
  const [flavour] = clouds
  if (flavour === undefined) throw new Error('no flavour')
  const stop = new AbortController()
  let [requests, late, isOver] = [0, 0, false]
  const server = await fakeCluster(settle(flavour.objects, flavour.families), flavour.version, async () => {
    requests++
    if (requests !== at) return
    stop.abort(new Error('interrupted'))
    if (slow) await new Promise((resolve) => setTimeout(resolve, 200))
  })
  if (at === 0) stop.abort(new Error('interrupted'))
  const ask = { kubeconfig: server.kubeconfig, namespace: 'shop', requestTimeout: 5000, timeout: 20_000 }
  const probe = { image: 'none', probeName: 'example.com' }
  const tell = (): void => void (isOver ? late++ : null)
  try {
    const ended = await useCase({ ...ask, ...probe }, { signal: stop.signal, tell }).catch((error: unknown) => {
      if (error instanceof ToolError) return error
      throw error
    })
    isOver = true
    return { ended, requests, late }
  } finally {
    await server.close()
  }
}

describe.each(Object.entries(useCases))('%s', (_name, useCase) => {
  test('stopped at any request, it answers or says so', async () => {
    const { requests } = await stoppedAt(useCase, Infinity, false)
    expect(requests).toBeGreaterThan(1)
    const moments = some([...Array(requests + 1).keys()], today)
    for (const [nth, at] of moments.entries()) {
      const { ended, late } = await stoppedAt(useCase, at, nth % 2 === 0)
      expect({ at, late }).toEqual({ at, late: 0 })
      // What it had found by then is an answer, too: that a right or a thing is not there.
      if (ended instanceof ToolError) expect(['not-found', 'forbidden']).toContain(ended.code)
      else if (ended.kind === 'interrupted') expect(ended.left).toEqual([])
    }
  }, 60_000)

  test('stopped before it began, it asks for nothing', async () => {
    const { ended, requests } = await stoppedAt(useCase, 0, false)
    expect({ ended, requests }).toEqual({ ended: { kind: 'interrupted', reached: false, left: [] }, requests: 0 })
  })
})
