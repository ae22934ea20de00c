import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { Plan, Question } from '../../session/fix/run.ts'
import type { Desk } from '../terminal/confirm.ts'
import { asker, type Consent } from './asker.ts'

function desk(typed: string | null): Desk {
  const input = Object.assign(new PassThrough(), { isTTY: typed !== null })
  input.end(typed ?? '')
  return { input, output: new PassThrough() }
}

const plan = (applicability: Plan['applicability']): Plan =>
  ({ id: 'f'.repeat(16), applicability, risk: { level: 'low', why: 'adds only' } }) as unknown as Plan

function question(what: Question['what'], applicability: Plan['applicability'] = 'judgement'): Question {
  return { what, plan: plan(applicability), context: 'prod', signal: new AbortController().signal }
}

describe('on a terminal the name of the context is yes, and nothing else', () => {
  test.each([
    ['prod\n', true],
    ['  prod \n', true],
    ['Prod\n', false],
    ['prod2\n', false],
    ['yes\n', false],
    ['y\n', false],
    ['\n', false],
    ['', false],
  ])('%j: %j', async (typed, answer) => {
    for (const what of ['apply', 'undo', 'take-back'] as const)
      expect(await asker({}, desk(typed))(question(what))(false)).toBe(answer)
  })

  test('also to what an admission webhook makes of the plan: a person has seen it', async () =>
    expect(await asker({}, desk('prod\n'))(question('apply'))(true)).toBe(true))
})

describe('a script', () => {
  const rows: readonly (readonly [string, Consent, Question, true | RegExp])[] = [
    ['without a word', {}, question('apply', 'safe'), /no terminal to ask on/],
    ['--yes, to what is safe', { yes: true }, question('apply', 'safe'), true],
    ['--yes, to a matter of judgement', { yes: true }, question('apply'), /matter of judgement/],
    ['--yes, to an undo of what is safe', { yes: true }, question('undo', 'safe'), true],
    ['--yes, to take others work back', { yes: true }, question('take-back', 'safe'), /no terminal to ask on/],
    ['--yes-context, its own', { yesContext: 'prod' }, question('apply'), true],
    ['--yes-context, its own, to take back', { yesContext: 'prod' }, question('take-back'), true],
    ['--yes-context, another', { yesContext: 'test' }, question('apply', 'safe'), /names `test`, and this is/],
    ['--yes and another context', { yes: true, yesContext: 'test' }, question('apply', 'safe'), /names `test`/],
  ]
  test.each(rows)('%s', async (_name, consent, asked, expected) => {
    // Refused when it is called, before anything is sent.
    const asking = (): ReturnType<ReturnType<typeof asker>> => asker(consent, desk(null))(asked)
    if (expected === true) expect(await asking()(false)).toBe(true)
    else expect(asking).toThrow(expected)
  })

  test.each([{ yes: true }, { yesContext: 'prod' }])('%j is no yes to what would be stored otherwise', (consent) => {
    const asking = asker(consent, desk(null))(question('apply', 'safe'))
    expect(() => asking(true)).toThrow(/something else than was planned/)
  })
})
