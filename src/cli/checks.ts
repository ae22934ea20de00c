import { checks } from '../checks/registry.ts'
import type { AnyCheck } from '../findings/check.ts'
import { sourceLevel } from '../model/sources.ts'
import { ToolError } from '../tool-error.ts'

export function checksCommand(output: string): Promise<number> {
  if (output !== 'text' && output !== 'json')
    throw new ToolError('usage', `no output format \`${output}\``, 'text or json')
  process.stdout.write(output === 'json' ? `${JSON.stringify(checks.map(row), null, 2)}\n` : checks.map(line).join(''))
  return Promise.resolve(0)
}

function row(check: AnyCheck): object {
  return {
    code: check.code,
    slug: check.slug,
    title: check.title,
    severity: check.severity,
    level: level(check),
    needs: check.needs,
    wants: check.wants,
    decides: check.decides,
  }
}

function line(check: AnyCheck): string {
  return `${check.code}  ${check.slug.padEnd(34)} ${check.severity.padEnd(8)} ${flag(check).padEnd(14)} ${check.title}\n`
}

/** The least access with which the check can decide anything. */
function level(check: AnyCheck): 'read' | 'probe' | 'node' {
  const levels = new Set(check.needs.map((it) => sourceLevel[it]))
  if (levels.has('node')) return 'node'
  return levels.has('probe') ? 'probe' : 'read'
}

function flag(check: AnyCheck): string {
  return { read: 'reads', probe: '--probe', node: '--node-access' }[level(check)]
}
