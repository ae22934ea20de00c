import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from './build/effort.ts'
import { checks } from '../src/checks/registry.ts'
import { diagnose } from '../src/engine.ts'
import type { Finding } from '../src/findings/finding.ts'
import { asCalled, type Call, verbs } from '../src/report/called.ts'
import { text } from '../src/report/diagnosis/text.ts'
import { helpLines, isWrite } from '../src/report/help.ts'
import { paint } from '../src/report/paint.ts'
import { page } from '../src/report/visible.ts'
import { anyModel } from './build/any-model.ts'
import { read, shipped } from './meta/sources.ts'

const call: Call = { name: 'kubectl hopscope', flags: [['--context', 'prod-eu']] }
const look = paint({ colour: false, ascii: false, width: 100, call })

const folder = join(import.meta.dirname, '../scenarios')
const recorded = readdirSync(folder).flatMap((name) => {
  const { findings, explained } = JSON.parse(readFileSync(join(folder, name, 'expect.json'), 'utf8')) as {
    readonly findings: readonly Finding[]
    readonly explained: readonly Finding[]
  }
  return [...findings, ...explained]
})

/** Each command of a page, told without a look at the code that writes it. */
function commandsOf(said: string): readonly string[] {
  return said
    .split('\n')
    .flatMap((line) => [...line.matchAll(/(?:^|[\s(`])(?:kubectl|hopscope) (?=[a-z-])[^`]*/g)].map(([it]) => it.trim()))
    .filter(
      (it) =>
        !/^(?:kubectl|hopscope) (?:can|could|does|knows|that|reads|stopped|makes|sends|changes|sets|version|kubectl)\b/.test(
          it,
        ),
    )
}

/** Those that ask no cluster. */
const needNone = /^(?:kubectl )?hopscope (?:explain|checks|pcap)\b/

function lostCluster(said: string): readonly string[] {
  return commandsOf(said).filter((it) => !needNone.test(it) && !it.includes('--context prod-eu'))
}

const helpOf = (it: Finding): readonly string[] => checks.find((one) => one.code === it.code)?.words.help(it) ?? []

describe('a command that is printed goes to the cluster that was looked at', () => {
  test('in the help of every finding that was recorded', () => {
    const said = page(recorded.flatMap(helpOf), look)
    expect(commandsOf(said).length).toBeGreaterThan(100)
    expect(lostCluster(said)).toEqual([])
    expect(said).not.toMatch(/(?<!kubectl )\bhopscope (?:fix|explain|dns|diagnose)\b/)
  })
  test('in the report of any model', () => {
    fc.assert(
      fc.property(anyModel, (model) => {
        const said = text(diagnose(model, { checks }), { paint: look, detail: 'verbose', footer: [] })
        expect(lostCluster(said)).toEqual([])
      }),
      { numRuns: runs(60) },
    )
  })
})

describe('the commands of a finding', () => {
  test.each(
    recorded
      .map((it) => [it.code, it] as const)
      .filter(([code], at, all) => all.findIndex((one) => one[0] === code) === at),
  )('%s: one a line, and those that look before those that change', (_, finding) => {
    const [, ...lines] = helpLines(helpOf(finding))
    expect(lines.filter((it) => / {4}(?! *#)\S/.test(it.trim()))).toEqual([])
    const commands = lines.filter((it) => !it.endsWith(':') && !it.startsWith('  '))
    expect(commands.map(isWrite)).toEqual(commands.map(isWrite).toSorted((a, b) => Number(a) - Number(b)))
  })
})

test('every command of hopscope is known where commands are printed', () => {
  const named = shipped
    .filter((it) => it.startsWith('src/cli/'))
    .flatMap((path) => [...read(path).matchAll(/\bcommand\(\s*'([a-z-]+)'/g)].map(([, name = '']) => name))
  expect(named).toContain('diagnose')
  expect(
    named.filter((it) => !['capacity', 'conf', 'ls'].includes(it) && !(verbs as readonly string[]).includes(it)),
  ).toEqual([])
})

/** Sentences about kubectl. */
const prose = ['makes', 'command', 'hopscope', 'runs', 'has', 'itself', 'takes', 'sends', 'gives', 'does', 'and', 'for']

test('what the source says behind kubectl is a command that is known, or a sentence', () => {
  const said = shipped.flatMap((path) =>
    read(path)
      .split('\n')
      .filter((it) => !/^\s*(?:\/\/|\*|\/\*)/.test(it))
      .flatMap((line) => [...line.matchAll(/\bkubectl ([a-z-]+)/g)].map(([whole, word = '']) => ({ whole, word }))),
  )
  const unknown = said.filter(
    ({ whole, word }) => asCalled(`${whole} x`, call) === `${whole} x` && !prose.includes(word),
  )
  expect([...new Set(unknown.map((it) => it.whole))]).toEqual([])
})
