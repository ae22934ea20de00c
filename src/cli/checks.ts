import { type CheckRow, everyCheck } from '../session/catalogue.ts'
import { ToolError } from '../tool-error.ts'

export function checksCommand(output: string): Promise<number> {
  if (output !== 'text' && output !== 'json')
    throw new ToolError('usage', `no output format \`${output}\``, 'text or json')
  const checks = everyCheck()
  process.stdout.write(output === 'json' ? `${JSON.stringify(checks, null, 2)}\n` : checks.map(line).join(''))
  return Promise.resolve(0)
}

const flags = { read: 'reads', probe: '--probe', node: '--node-access' } as const

function line({ code, slug, severity, level, title }: CheckRow): string {
  return `${code}  ${slug.padEnd(34)} ${severity.padEnd(8)} ${flags[level].padEnd(14)} ${title}\n`
}
