import { afterEach, expect, test, vi } from 'vitest'
import { isScreen, terminalPaint } from './look.ts'

const stream = (isTTY: boolean): NodeJS.WriteStream => ({ isTTY, columns: 120 }) as NodeJS.WriteStream

function within(env: Readonly<Record<string, string | undefined>>): void {
  for (const name of ['LC_ALL', 'LC_CTYPE', 'LANG', 'NO_COLOR', 'TERM']) vi.stubEnv(name, env[name])
}

afterEach(() => void vi.unstubAllEnvs())

test.each([
  ['nothing is set', {}, '✓'],
  ['UTF-8', { LANG: 'en_US.UTF-8' }, '✓'],
  ['as some systems spell it', { LANG: 'en_US.utf8' }, '✓'],
  ['no UTF-8', { LANG: 'C' }, '+'],
  ['LC_ALL before the others', { LC_ALL: 'C', LANG: 'en_US.UTF-8' }, '+'],
  ['LC_ALL set to nothing says nothing', { LC_ALL: '', LC_CTYPE: '', LANG: 'en_US.UTF-8' }, '✓'],
  ['LC_CTYPE before LANG', { LC_CTYPE: 'POSIX', LANG: 'en_US.UTF-8' }, '+'],
])('characters: %s', (_, env, mark) => {
  within(env)
  expect(terminalPaint(stream(false)).mark('ok')).toBe(mark)
})

test.each([
  ['a terminal', true, {}, 'auto', true],
  ['a pipe', false, {}, 'auto', false],
  ['NO_COLOR', true, { NO_COLOR: '1' }, 'auto', false],
  ['NO_COLOR set to nothing', true, { NO_COLOR: '' }, 'auto', true],
  ['a dumb terminal', true, { TERM: 'dumb' }, 'auto', false],
  ['a pipe that wants it', false, { NO_COLOR: '1' }, 'always', true],
  ['a terminal that does not', true, {}, 'never', false],
] as const)('colour: %s', (_, isTTY, env, wanted, isColoured) => {
  within(env)
  expect(terminalPaint(stream(isTTY), wanted).bad('x') !== 'x').toBe(isColoured)
})

test('what may be drawn over', () => {
  within({})
  expect([isScreen(stream(true)), isScreen(stream(false))]).toEqual([true, false])
  within({ TERM: 'dumb' })
  expect(isScreen(stream(true))).toBe(false)
})
