import { expect, test } from 'vitest'
import { type Mutant, mutate } from './mutations.ts'

const changes = (source: string): readonly string[] =>
  mutate('a.ts', source, 0).mutants.map((it: Mutant) => `${it.from} -> ${it.to}`)

/** The body of a function of `a`, as a module has it. */
const body = (text: string): string => `function f(a) {\n${text}\n}`

/** The body with one mutant on, or none. */
function run(text: string, on: number, a: unknown): unknown {
  const { code } = mutate('a.ts', body(text), 0)
  // oxlint-disable-next-line no-new-func -- the mutated text of the row
  return (
    new Function('__mutant', 'a', `${code}\nreturn f(a)`) as (is: (id: number) => boolean, a: unknown) => unknown
  )((id) => id === on, a)
}

test.each([
  ['a comparison', 'x = a < 7', ['7 -> 8', '7 -> 6', 'a < 7 -> (a) <= (7)', 'a < 7 -> (a) >= (7)', 'x = a < 7 -> ']],
  ['an equality', 'const x = a === b', ['a === b -> (a) !== (b)']],
  ['and for or', 'const x = a && b', ['a && b -> (a) || (b)']],
  ['a threshold is a tenth off', 'const slow = 500', ['500 -> 550', '500 -> 450']],
  ['and so is a share', 'const share = 0.1', ['0.1 -> 0.11', '0.1 -> 0.09']],
  ['a guard', 'if (a) b()', ['a -> !(a)', 'a -> false', 'b() -> ']],
  ['a filter', 'const x = a.filter(b).map(c)', ['a.filter(b) -> a']],
  ['some and every', 'const x = a.some(b)', ['a.some(b) -> (a).every(b)']],
  ['a word in a list', "const x = new Set(['CreateContainerError'])", ["'CreateContainerError' -> ''"]],
  ['no prose', "const x = { why: 'no answer came', words: { headline: a === 1 }, y: `b ${a === 2} c` }", []],
  ['no type', "const x: 'lost' | 'slow' = y as 'lost'", []],
  ['no method that an object has by itself', 'const x = a.toString(b)', []],
])('%s', (_, source, expected) => {
  expect(changes(source)).toEqual(expected)
})

test('without one it is the program, with one it is another', () => {
  const source = 'return a > 3 && a < 9'
  const { mutants } = mutate('a.ts', body(source), 0)
  for (const a of [2, 3, 4, 9]) expect(run(source, -1, a)).toBe(a > 3 && a < 9)
  for (const it of mutants)
    expect(
      [2, 3, 4, 8, 9, 10].map((a) => run(source, it.id, a)),
      it.to,
    ).not.toEqual([2, 3, 4, 8, 9, 10].map((a) => run(source, -1, a)))
})

test.each([
  ['an else stays with its own if', 'let x = 0; if (a) x = 1; else if (x === 0) x = 2; return x', [true, false]],
  [
    'what a question mark leaves out stays left out',
    'return a?.b.filter((it) => it > 1).length',
    [undefined, { b: [1, 2] }],
  ],
  ['lines without a semicolon', 'let x = a\nx += 1\nx *= 2\nreturn x', [1, 5]],
])('%s', (_, source, given) => {
  const plain = new Function('a', source) as (a: unknown) => unknown
  for (const a of given) expect(run(source, -1, a)).toEqual(plain(a))
})
