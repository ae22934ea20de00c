import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { faults } from '../lab/faults/all.ts'
import { checks } from '../src/checks/registry.ts'
import { drift } from '../scripts/gen-docs.ts'
import { diagnose, type Diagnosis } from '../src/engine.ts'
import { subjectKey } from '../src/model/subject.ts'
import { json } from '../src/report/diagnosis/json.ts'
import { paint } from '../src/report/paint.ts'
import { text } from '../src/report/diagnosis/text.ts'
import { readSnapshot } from '../src/snapshot/read.ts'

const folder = join(import.meta.dirname, '../scenarios')
const names = readdirSync(folder).filter((it) => existsSync(join(folder, it, 'snapshot.hops')))
const plain = { paint: paint({ colour: false, ascii: false, width: 100 }), detail: 'normal', footer: [] } as const

const made = new Map<string, Promise<Diagnosis>>()

/** Made when it is first asked for, and kept for the next. */
function diagnosed(name: string): Promise<Diagnosis> {
  const before = made.get(name)
  if (before !== undefined) return before
  const one = readSnapshot(join(folder, name, 'snapshot.hops')).then((it) => diagnose(it, { checks }))
  made.set(name, one)
  return one
}

test('every fault of the lab is recorded, and nothing else is', () => {
  expect(names.toSorted()).toEqual(faults.map((it) => it.name).toSorted())
})

describe.each(names)('%s', (name) => {
  const read = (file: string): string => readFileSync(join(folder, name, file), 'utf8')
  const fault = faults.find((it) => it.name === name)

  test('the same bytes in, the same bytes out', async () => {
    const diagnosis = await diagnosed(name)
    expect(text(diagnosis, plain)).toBe(read('expect.txt'))
    expect(json(diagnosis)).toBe(read('expect.json'))
  })

  test('its known root cause comes first, and no other error is claimed', async () => {
    const { roots, results } = await diagnosed(name)
    const line = ({ finding }: (typeof roots)[number]): string => `${finding.code} ${subjectKey(finding.subject)}`
    const named = roots.filter((it) => it.finding.severity !== 'info').map(line)
    const errors = roots.filter((it) => it.finding.severity === 'error')
    expect(results.filter((it) => it.crash !== null)).toEqual([])
    if (fault?.cause === undefined || fault.cause === null) return expect(named).toEqual([])
    if (fault.kind === 'risk') expect(named).toEqual([])
    expect((fault.kind === 'risk' ? roots.map(line) : named)[0]).toMatch(
      new RegExp(`^${fault.cause.code} ${fault.cause.subject.replace('*', '.*')}$`),
    )
    expect(errors.length).toBeLessThanOrEqual(1)
  })
})

test('pages of codes and remedies, flag tables and samples in docs/ are what the code makes of them', async () => {
  const all = names.toSorted()
  const recorded = all.map(async (scenario) => ({ scenario, diagnosis: await diagnosed(scenario) }))
  expect(drift(await Promise.all(recorded))).toEqual([])
})
