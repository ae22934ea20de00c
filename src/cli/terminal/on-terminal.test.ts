import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Caller } from '../../session/events.ts'
import type { Ended } from '../../session/with-cluster.ts'
import { ToolError } from '../../tool-error.ts'
import { endingOf, type Host } from './interrupt.ts'
import { onTerminal } from './on-terminal.ts'

let said = ''
beforeEach(() => {
  said = ''
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => (said += String(text)) !== '')
})
afterEach(() => void vi.restoreAllMocks())

function world() {
  const [signals, stdout, stderr] = [new EventEmitter(), new EventEmitter(), new EventEmitter()]
  const host: Host = {
    on: (event, listener) => signals.on(event, listener as () => void),
    off: (event, listener) => signals.off(event, listener as () => void),
    exit: () => {},
    exitCode: undefined,
    stdout,
    stderr: Object.assign(stderr, { write: () => true }),
  }
  const own = endingOf(host)
  own.guard()
  return { own, signals, stdout }
}

/** A use-case that goes on until it is stopped. */
function untilStopped(left: readonly string[]): (caller: Caller) => Promise<Ended<number>> {
  return ({ signal }) =>
    new Promise((resolve) =>
      signal.addEventListener('abort', () => resolve({ kind: 'interrupted', reached: true, left })),
    )
}

const showing = { quiet: true, nothingLeft: 'nothing was begun', print: (code: number) => code }
const broken = Object.assign(new Error('EPIPE'), { code: 'EPIPE' })

describe('a use-case that is stopped', () => {
  const ways: readonly (readonly [string, number, (its: ReturnType<typeof world>) => void])[] = [
    ['Ctrl-C', 130, ({ signals }) => void signals.emit('SIGINT')],
    ['SIGTERM', 130, ({ signals }) => void signals.emit('SIGTERM')],
    ['a terminal that hangs up', 130, ({ signals }) => void signals.emit('SIGHUP')],
    ['a reader that goes away', 141, ({ stdout }) => void stdout.emit('error', broken)],
  ]
  test.each(ways)('by %s: %i, and what is left is said', async (_name, code, how) => {
    for (const [left, expected] of [
      [[], 'nothing was begun'],
      [['pod shop/hopscope-1'], 'NOT removed: pod shop/hopscope-1; hopscope cleanup'],
    ] as const) {
      said = ''
      const its = world()
      const running = onTerminal(untilStopped(left), showing, its.own)
      how(its)
      expect(await running).toBe(code)
      expect(said.trim()).toContain(expected)
    }
  })

  test('before the cluster was reached there is nothing to say of it', async () => {
    const its = world()
    its.signals.emit('SIGINT')
    const unreached = (): Promise<Ended<number>> => Promise.resolve({ kind: 'interrupted', reached: false, left: [] })
    expect(await onTerminal(unreached, showing, its.own)).toBe(130)
    expect(said).toBe('interrupted\n')
  })
})

test.each([0, 1, 2])('an answer is printed, and its code is %i', async (code) => {
  const done = (): Promise<Ended<number>> => Promise.resolve({ kind: 'done', value: code })
  expect(await onTerminal(done, showing, world().own)).toBe(code)
})

test('an answer that came as the run was stopped keeps its code', async () => {
  const its = world()
  const late = ({ signal }: Caller): Promise<Ended<number>> =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve({ kind: 'done', value: 1 })))
  const running = onTerminal(late, showing, its.own)
  its.stdout.emit('error', broken)
  expect(its.own.finalCode(await running)).toBe(1)
})

test('an error goes on, and the signals are let go', async () => {
  const its = world()
  const fails = (): Promise<Ended<number>> => Promise.reject(new ToolError('not-found', 'no Service `x`'))
  await expect(onTerminal(fails, showing, its.own)).rejects.toThrow('no Service `x`')
  expect(its.signals.listenerCount('SIGINT')).toBe(0)
})

test('what is told: announcements and what is left stay, steps only where a line can be drawn again', async () => {
  const tells = ({ tell }: Caller): Promise<Ended<number>> => {
    tell({ kind: 'step', line: 'reading' })
    tell({ kind: 'announce', line: 'creates 1 pod\u001b[2J' })
    tell({ kind: 'left', what: ['pod a/b'] })
    return Promise.resolve({ kind: 'done', value: 0 })
  }
  // Well, and something of its own is left: a script is to notice.
  expect(await onTerminal(tells, showing, world().own)).toBe(2)
  const lines = said.split('\n')
  expect(lines[0]).toMatch(/^creates 1 pod/)
  expect(lines[1]).toMatch(/^pod a\/b was not seen to go/)
  expect(lines[2]).toMatch(/finalizer.*kubectl .*-n a get pod b /)
  expect(said).not.toContain('reading')
  expect(said).not.toContain('\u001b')
})
