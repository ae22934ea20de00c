import { type CheckRow, everyCheck } from '../session/catalogue.ts'
import { tableLines } from '../report/table.ts'
import { type DocumentFormat, serialised } from '../report/formats/formats.ts'

export function checksCommand(output: 'text' | DocumentFormat): Promise<number> {
  const checks = everyCheck()
  process.stdout.write(
    output === 'text'
      ? tableLines(checks.map(row), { indent: 0 })
          .map((it) => `${it}\n`)
          .join('')
      : serialised(output, checks),
  )
  return Promise.resolve(0)
}

const flags = { read: 'reads', probe: '--probe', node: '--node-access' } as const

function row({ code, slug, severity, level, title }: CheckRow): readonly string[] {
  return [code, slug, severity, flags[level], title]
}
