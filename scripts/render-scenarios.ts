// npm run scenarios: writes what hopscope says today of every recorded scenario beside its snapshot. The recordings
// themselves come from the lab alone; a change of words or of a check changes only what is said of them. What it prints
// is for the eye: each scenario whose findings changed, before and after. test/scenarios.test.ts holds the known
// causes.
import { existsSync, readdirSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checks } from '../src/checks/registry.ts'
import { diagnose } from '../src/engine.ts'
import { json } from '../src/report/diagnosis/json.ts'
import { paint } from '../src/report/paint.ts'
import { text } from '../src/report/diagnosis/text.ts'
import { readSnapshot } from '../src/snapshot/read.ts'

const folder = join(import.meta.dirname, '../scenarios')
const plain = { paint: paint({ colour: false, ascii: false, width: 100 }), detail: 'normal', footer: [] } as const
const codes = (of: string): string => (of.match(/^\S+ (?:error|warning|info)\[\w+\]/gm) ?? []).join(' ')

for (const name of readdirSync(folder).filter((it) => existsSync(join(folder, it, 'snapshot.hops')))) {
  const at = (file: string): string => join(folder, name, file)
  const before = await readFile(at('expect.txt'), 'utf8').catch(() => '')
  const diagnosis = diagnose(await readSnapshot(at('snapshot.hops')), { checks })
  const said = text(diagnosis, plain)
  if (codes(before) !== codes(said))
    process.stdout.write(`${name}\n  before  ${codes(before)}\n  now     ${codes(said)}\n`)
  await writeFile(at('expect.txt'), said)
  await writeFile(at('expect.json'), json(diagnosis))
}
