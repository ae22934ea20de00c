import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { askLine } from './ask-line.ts'

function terminal(typed: string): readonly [PassThrough, PassThrough] {
  const [input, output] = [new PassThrough(), Object.assign(new PassThrough(), { isTTY: true })]
  setTimeout(() => input.write(typed), 20)
  return [input, output]
}

it.each([
  ['a line', ' prod \n', 'prod'],
  ['Ctrl-C', '\u0003', null],
  ['Ctrl-D', '\u0004', null],
])('%s', async (_name, typed, answer) =>
  expect(await askLine('Type: ', new AbortController().signal, ...terminal(typed))).toBe(answer),
)

it('a signal', async () => {
  const controller = new AbortController()
  setTimeout(() => controller.abort(new Error('interrupted')), 20)
  expect(await askLine('Type: ', controller.signal, ...terminal(''))).toBeNull()
})
