import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { read, shipped } from './sources.ts'

/**
 * A finding's args are kinds and values: who reads the JSON can compute with them, and no sentence is translated back.
 * Their names and types are the compiler's to check (`check` infers them from `run`); what they hold is seen here, in
 * every recorded scenario.
 */
const scenarios = join(import.meta.dirname, '../../scenarios')

interface Row {
  readonly code: string
  readonly args: Readonly<Record<string, unknown>>
}

const rows = readdirSync(scenarios)
  .map((it) => join(scenarios, it, 'expect.json'))
  .filter((it) => existsSync(it))
  .flatMap((it) => {
    const { findings, explained } = JSON.parse(readFileSync(it, 'utf8')) as {
      readonly findings: readonly Row[]
      readonly explained: readonly Row[]
    }
    return [...findings, ...explained]
  })

const texts = rows.flatMap(({ code, args }) =>
  Object.entries(args).flatMap(([name, value]) =>
    [value].flat().flatMap((it) => (typeof it === 'string' ? [{ arg: `${code} ${name}`, text: it }] : [])),
  ),
)

const saying = (pattern: RegExp): readonly string[] => [
  ...new Set(texts.filter((it) => pattern.test(it.text)).map((it) => `${it.arg}: ${it.text}`)),
]

test('the scenarios have args', () => expect(texts.length).toBeGreaterThan(100))
test('what is so or not is a boolean', () => expect(saying(/^(?:yes|no|true|false)$/)).toEqual([]))
test('no arg is a command', () => expect(saying(/\bkubectl |\bhopscope /)).toEqual([]))
test('no arg is a headline, a detail or a note', () =>
  expect([
    ...new Set(
      rows.flatMap(({ code, args }) =>
        ['headline', 'detail', 'note', 'help', 'command', 'commands']
          .filter((it) => it in args)
          .map((it) => `${code} ${it}`),
      ),
    ),
  ]).toEqual([]))

test('the types of args are asked for by name', () => {
  const bracketed = shipped.filter((it) => it.startsWith('src/checks/')).filter((it) => /\bargs\['/.test(read(it)))
  expect(bracketed).toEqual([])
})
