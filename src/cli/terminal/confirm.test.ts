import { PassThrough } from 'node:stream'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ToolError } from '../../tool-error.ts'
import { confirmed, type Desk } from './confirm.ts'

/** A terminal on which this is typed; null: its input ends. */
function desk(typed: string | null, isTTY = true): Desk & { readonly shown: () => string } {
  const [input, output] = [Object.assign(new PassThrough(), { isTTY }), Object.assign(new PassThrough(), { isTTY })]
  if (typed === null) input.end()
  else input.write(typed)
  return { input, output, shown: () => String(output.read() ?? '') }
}

const question = { prompt: 'Start? Type yes: ', yes: false, hint: '--yes, if you have read it' }
const asked = (typed: string | null): Promise<boolean> => confirmed(question, new AbortController().signal, desk(typed))

describe('a question', () => {
  test.each([
    ['y\n', true],
    ['Y\n', true],
    ['yes\n', true],
    ['YES\n', true],
    ['  yes  \n', true],
    ['\n', false],
    ['n\n', false],
    ['no\n', false],
    ['ye\n', false],
    ['yess\n', false],
    ['y y\n', false],
    ['yes please\n', false],
    ['ja\n', false],
    ['\u0004', false],
    ['\u0003', false],
    [null, false],
  ])('%j: %j', async (typed, answer) => expect(await asked(typed)).toBe(answer))

  test('nothing but yes is yes', () =>
    fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 6 }), async (text) => {
        const line = text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, '')
        expect(await asked(`${line}\n`)).toBe(/^(?:y|yes)$/i.test(line.trim()))
      }),
      { numRuns: 50 },
    ))

  test('shows what is asked', async () => {
    const its = desk('y\n')
    await confirmed(question, new AbortController().signal, its)
    expect(its.shown()).toContain('Start? Type yes: ')
  })

  test('a run that is stopped meanwhile is a no', async () => {
    const stop = new AbortController()
    const answer = confirmed(question, stop.signal, desk(''))
    stop.abort(new Error('interrupted'))
    expect(await answer).toBe(false)
  })

  test('one that was stopped before is a no as well', async () => {
    expect(await confirmed(question, AbortSignal.abort(new Error('interrupted')), desk('y\n'))).toBe(false)
  })

  test('without a terminal nobody is asked, and what a script can do is said', async () => {
    const piped = confirmed(question, new AbortController().signal, desk('yes\n', false))
    await expect(piped).rejects.toThrow(ToolError)
    await expect(piped).rejects.toMatchObject({ code: 'usage', hint: question.hint })
  })

  test('--yes asks nobody, terminal or none', async () => {
    const its = desk(null, false)
    expect(await confirmed({ ...question, yes: true }, new AbortController().signal, its)).toBe(true)
    expect(its.shown()).toBe('')
  })
})
