import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { scenarios } from '../../test/build/answers.ts'
import { some } from '../../test/build/effort.ts'
import { diagnose, exitCode } from '../engine.ts'
import { subjectKey } from '../model/subject.ts'
import { ToolError } from '../tool-error.ts'
import { besideWords } from '../report/diagnosis/beside.ts'
import { diagnosisJson, noRun } from '../report/diagnosis/json.ts'
import { readSnapshot } from '../snapshot/read.ts'
import { writeSnapshot } from '../snapshot/write.ts'
import { inForce } from './ignore-file.ts'
import { reportFile } from './report.ts'
import { checksOf, rulesUsed } from './select.ts'

const folder = mkdtempSync(join(tmpdir(), 'hopscope-standing-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const run = (name: string): string => join(import.meta.dirname, '../../scenarios', name, 'snapshot.hops')
const race = run('dns-race-lossy')

function rules(text: string): string {
  const file = join(folder, 'ignore.yaml')
  writeFileSync(file, text)
  return file
}

const thrown = async (work: () => unknown): Promise<ToolError> => {
  try {
    await work()
  } catch (error) {
    if (error instanceof ToolError) return error
    throw error
  }
  throw new Error('it was taken')
}

describe('an ignore file', () => {
  test('leaves out what a rule says with what only that explains, and is no green', async () => {
    const ignoreFile = rules('- {code: DNS101, subject: Node/*, reason: known}')
    const { diagnosis, beside } = await reportFile({ from: race, ignoreFile })
    expect(diagnosis.roots).toEqual([])
    expect(diagnosis.results.filter((it) => it.verdict === 'ignored').map((it) => it.check.code)).toEqual([
      'DNS101',
      'DNS110',
    ])
    expect(diagnosisJson(diagnosis).headline).toContain('2 findings ignored')
    expect(beside?.rules).toEqual([
      { code: 'DNS101', subject: 'Node/*', reason: 'known', until: null, state: 'used', findings: 1 },
    ])
  })
  test.each([
    ['- {code: DNS104, reason: x}', 'stale'],
    ['- {code: DNS101, reason: x, until: 2020-01-31}', 'expired'],
    ['- {code: DNS101, subject: Node/worker-2, reason: x}', 'stale'],
    ['- {code: dns/parallel-lookup-drop, reason: x, until: 2999-01-31}', 'used'],
  ])('%s is %s', async (text, state) => {
    const { diagnosis, beside } = await reportFile({ from: race, ignoreFile: rules(text) })
    expect(beside?.rules.map((it) => it.state)).toEqual([state])
    expect(diagnosis.roots.length).toBe(state === 'used' ? 0 : 1)
  })
  test('a rule whose check could not look is not stale', async () => {
    const how = checksOf({ ignoreFile: rules('- {code: DNS101, reason: x}') })
    const model = await readSnapshot(race)
    const read = { ...model, sources: { ...model.sources, dnsProbe: { known: false, why: notAsked } as const } }
    expect(rulesUsed(how, diagnose(read, how)).map((it) => it.state)).toEqual(['not-judged'])
  })
  test.each([
    ['- {code: DNS101}', /reason/],
    ['- {code: DNS101, reason: " "}', /why it is ignored/],
    ['- {code: DNS999, reason: x}', /no check `DNS999`/],
    ['- {code: DNS101, reason: x, untill: 2027-01-31}', /untill/],
    ['- {code: DNS101, reason: x, until: tomorrow}', /a day/],
    ['{code: DNS101, reason: x}', /ignore\.yaml: /],
    ['- [', /can't be read/],
    ['- &a [*a]', /ignore\.yaml/],
  ])('%s is refused', async (text, why) => {
    const error = await thrown(() => reportFile({ from: race, ignoreFile: rules(text) }))
    expect(error.code).toBe('usage')
    expect(error.message).toMatch(why)
  })
  test('holds to the end of its last day, everywhere', () => {
    const rule = { code: 'DNS101', subject: null, reason: 'x', until: '2026-11-28' }
    expect(inForce(rule, new Date('2026-11-29T11:59:00Z')).isExpired).toBe(false)
    expect(inForce(rule, new Date('2026-11-29T12:01:00Z')).isExpired).toBe(true)
  })
})

const notAsked = { reason: 'not-asked', detail: 'needs --probe' } as const

describe('a baseline', () => {
  test.each(some(scenarios, 1))('%s beside itself: nothing is new, and nothing fails', async (name) => {
    const { diagnosis, beside } = await reportFile({ from: run(name), baseline: run(name) })
    const baseline = beside?.baseline
    expect(baseline?.fresh).toEqual([])
    expect([baseline?.gone, baseline?.unjudged]).toEqual([[], []])
    expect(baseline?.still).toEqual(diagnosis.roots.map((it) => it.finding))
    const counts = baseline?.isNew ?? (() => true)
    expect(exitCode(diagnosis, { failOn: 'info', strict: false, counts })).not.toBe(1)
  })
  test('what came, what went, and what could not be looked for', async () => {
    const model = await readSnapshot(race)
    const healed = join(folder, 'healed.hops')
    const blind = join(folder, 'blind.hops')
    const { dnsProbe } = model.sources
    if (!dnsProbe.known) throw new Error('no probe')
    const series = dnsProbe.value.series.map((it) => ({
      ...it,
      lookups: it.lookups.filter((one) => one.ms < 1000),
    }))
    const well = { known: true, value: { ...dnsProbe.value, series } } as const
    const unknown = { known: false, why: notAsked } as const
    const with_ = (source: typeof well | typeof unknown) => ({
      ...model,
      sources: { ...model.sources, dnsProbe: source },
    })
    await writeSnapshot(healed, with_(well), { t0: new Date(0) })
    await writeSnapshot(blind, with_(unknown), { t0: new Date(0) })

    const came = await reportFile({ from: race, baseline: healed })
    expect(came.beside?.baseline?.fresh.map((it) => `${it.code} ${subjectKey(it.subject)}`)).toContain(
      'DNS101 Node/worker-1',
    )
    const went = await reportFile({ from: healed, baseline: race })
    expect(went.beside?.baseline?.gone.map((it) => it.code)).toEqual(['DNS101'])
    const unseen = await reportFile({ from: blind, baseline: race })
    expect(unseen.beside?.baseline?.gone).toEqual([])
    expect(unseen.beside?.baseline?.unjudged.map((it) => it.code)).toEqual(['DNS101'])
    const words = besideWords(diagnosisJson(unseen.diagnosis, { ...noRun, ...unseen.beside }))
    expect(words.join('\n')).toMatch(/since .*, 1 not looked for \(DNS101 node worker-1\)$/)
  })
  test('of another target is refused', async () => {
    const error = await thrown(() => reportFile({ from: race, baseline: run('service-selector-typo') }))
    expect(error.message).toMatch(/another namespace or target/)
  })
})
