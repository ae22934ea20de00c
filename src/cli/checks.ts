import { type CheckRow, everyCheck } from '../session/catalogue.ts'
import { tableLines } from '../report/table.ts'
import { ToolError } from '../tool-error.ts'

export function checksCommand(output: string): Promise<number> {
  if (output !== 'text' && output !== 'json')
    throw new ToolError('usage', `no output format \`${output}\``, 'text or json')
  const checks = everyCheck()
  process.stdout.write(
    output === 'json'
      ? `${JSON.stringify(checks, null, 2)}\n`
      : tableLines(checks.map(row), { indent: 0 })
          .map((it) => `${it}\n`)
          .join(''),
  )
  return Promise.resolve(0)
}

const flags = { read: 'reads', probe: '--probe', node: '--node-access' } as const

function row({ code, slug, severity, level, title }: CheckRow): readonly string[] {
  return [code, slug, severity, flags[level], title]
}
