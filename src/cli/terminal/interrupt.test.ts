import { EventEmitter } from 'node:events'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { owe } from '../../owed.ts'
import { type Ending, endingOf, type Host } from './interrupt.ts'

/** A process that nobody has: its signals and its streams' errors come when the test says so. */
function host() {
  const [signals, stdout, stderr] = [new EventEmitter(), new EventEmitter(), new EventEmitter()]
  const said: string[] = []
  const exits: number[] = []
  const its: Host = {
    on: (event, listener) => signals.on(event, listener as () => void),
    off: (event, listener) => signals.off(event, listener as () => void),
    exit: (code) => void exits.push(code),
    exitCode: undefined,
    stdout,
    stderr: Object.assign(stderr, { write: (text: string) => said.push(text) }),
  }
  return { its, signals, stdout, stderr, said, exits }
}

const failed = (code: string): NodeJS.ErrnoException => Object.assign(new Error(code), { code })

/** A run that has begun, and what ends it. */
function ended(how: (process: ReturnType<typeof host>) => void): { readonly ending: Ending } & ReturnType<typeof host> {
  const process = host()
  const ending = endingOf(process.its)
  ending.guard()
  ending.interruptible()
  how(process)
  return { ending, ...process }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('what ends a run, and the exit code of one that had no answer yet', () => {
  const ways: readonly (readonly [string, (its: ReturnType<typeof host>) => void, 130 | 131 | 141 | 2])[] = [
    ['Ctrl-C', ({ signals }) => void signals.emit('SIGINT'), 130],
    ['SIGTERM', ({ signals }) => void signals.emit('SIGTERM'), 130],
    ['SIGHUP', ({ signals }) => void signals.emit('SIGHUP'), 130],
    ['Ctrl-\\', ({ signals }) => void signals.emit('SIGQUIT'), 131],
    ['Ctrl-C, and Ctrl-\\ at once', ({ signals }) => signals.emit('SIGINT') && signals.emit('SIGQUIT'), 130],
    ['EPIPE', ({ stdout }) => void stdout.emit('error', failed('EPIPE')), 141],
    ['EIO', ({ stdout }) => void stdout.emit('error', failed('EIO')), 141],
    ['a stream that is destroyed', ({ stdout }) => void stdout.emit('error', failed('ERR_STREAM_DESTROYED')), 141],
    ['ENOSPC', ({ stdout }) => void stdout.emit('error', failed('ENOSPC')), 2],
    ['an uncaught error', ({ signals }) => void signals.emit('uncaughtException', new TypeError('x')), 2],
  ]
  test.each(ways)('%s', (_name, how, code) => {
    const { ending, exits } = ended(how)
    expect({ isEnding: ending.isEnding(), code: ending.interruptedCode(), exits }).toEqual({
      isEnding: true,
      code,
      exits: [],
    })
  })

  test.each(ways)('an answer that was had keeps its code after %s, unless it is no answer', (_name, how, code) => {
    const { ending } = ended(how)
    expect([0, 1, 2].map(ending.finalCode)).toEqual(code === 2 ? [2, 2, 2] : [0, 1, 2])
  })

  test('what came first is the cause', () => {
    const { ending } = ended(({ signals, stdout }) => {
      signals.emit('SIGINT')
      stdout.emit('error', failed('EPIPE'))
    })
    expect(ending.interruptedCode()).toBe(130)
  })

  test('nothing has ended a run that nothing ended', () => {
    const { ending } = ended(() => {})
    expect([ending.isEnding(), ending.finalCode(0), ending.finalCode(1)]).toEqual([false, 0, 1])
  })

  test('who reads the errors may go', () => {
    const { ending } = ended(({ stderr }) => void stderr.emit('error', failed('EPIPE')))
    expect(ending.isEnding()).toBe(false)
  })

  test('a promise that can no longer settle is said, and is 2', () => {
    const { its, said } = ended(({ signals }) => void signals.emit('exit', 13))
    expect([its.exitCode, said.join('')]).toEqual([2, expect.stringMatching(/^error: hopscope waited/)])
  })

  test('signals are let go with the run', () => {
    const { its, signals } = host()
    endingOf(its).interruptible().release()
    expect(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'].map((it) => signals.listenerCount(it))).toEqual([0, 0, 0, 0])
  })
})

describe('a second signal', () => {
  const signal = fc.record({
    name: fc.constantFrom('SIGINT', 'SIGTERM', 'SIGHUP', 'EPIPE'),
    afterMs: fc.constantFrom(0, 1, 400, 999, 1000, 5000),
  })

  test('Ctrl-\\ again, a second later: 131 at once', () => {
    let now = 0
    const { its, signals, exits } = host()
    endingOf(its, () => now).interruptible()
    signals.emit('SIGQUIT')
    now += 1500
    signals.emit('SIGQUIT')
    expect(exits).toEqual([131])
  })

  test('ends at once only when it is asked for by a person: a second or more after the first', () => {
    fc.assert(
      fc.property(fc.array(signal, { minLength: 1, maxLength: 6 }), (all) => {
        const { its, signals, stdout, exits } = host()
        let now = 5
        const ending = endingOf(its, () => now)
        ending.guard()
        ending.interruptible()
        let [first, expected]: [number | null, number] = [null, 0]
        for (const { name, afterMs } of all) {
          now += afterMs
          if (name === 'EPIPE') stdout.emit('error', failed('EPIPE'))
          else signals.emit(name)
          if (name === 'EPIPE') continue
          first ??= now
          if (name !== 'SIGHUP' && now - first >= 1000) expected++
        }
        expect(exits).toEqual(Array.from({ length: expected }, () => 130))
      }),
    )
  })

  test('says what is left', () => {
    const { its, signals, said, exits } = host()
    let now = 0
    endingOf(its, () => now).interruptible()
    const strike = owe({ what: 'pod shop/hopscope-0', pay: () => Promise.resolve(false) })
    signals.emit('SIGINT')
    now = 1500
    signals.emit('SIGINT')
    strike()
    expect({ said, exits }).toEqual({
      said: [expect.stringContaining('pod shop/hopscope-0') as unknown],
      exits: [130],
    })
  })
})

describe('an uncaught error', () => {
  test('is one line, and what is owed is paid before the end', async () => {
    const paid: string[] = []
    owe({ what: 'pod a/b', pay: () => Promise.resolve(paid.push('pod a/b') > 0) })
    const { said, exits } = ended(({ signals }) => {
      signals.emit('uncaughtException', new TypeError('x is not\na function\u001b[2J token=abc'))
      signals.emit('uncaughtException', new TypeError('another'))
    })
    expect([paid, exits]).toEqual([[], []])
    // Tests of one worker share the process's debts: one of others may be paid never, and is waited for to its limit.
    await vi.advanceTimersByTimeAsync(60_000)
    expect({
      paid,
      exits,
      lines: said
        .join('')
        .split('\n')
        .filter((it) => it.startsWith('error:')).length,
    }).toEqual({
      paid: ['pod a/b'],
      exits: [2],
      lines: 1,
    })
    expect(said.join('')).not.toContain('\u001b')
  })
})
