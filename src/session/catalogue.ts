import { checks } from '../checks/registry.ts'
import type { AnyCheck } from '../findings/check.ts'
import { sourceLevel } from '../model/sources.ts'
import { packed } from '../packed.ts'
import { remedies } from '../remedies/registry.ts'
import { ToolError } from '../tool-error.ts'
import { findCheck, unknownCode } from './select.ts'

/** What is known of a check without running it. */
export interface CheckRow extends Pick<
  AnyCheck,
  'code' | 'slug' | 'title' | 'severity' | 'needs' | 'wants' | 'decides'
> {
  /** The least access with which the check can decide anything. */
  readonly level: 'read' | 'probe' | 'node'
}

export function everyCheck(): readonly CheckRow[] {
  return checks.map((check) => {
    const { code, slug, title, severity, needs, wants, decides } = check
    return { code, slug, title, severity, level: levelOf(check), needs, wants, decides }
  })
}

function levelOf({ needs }: AnyCheck): CheckRow['level'] {
  const levels = new Set(needs.map((it) => sourceLevel[it]))
  if (levels.has('node')) return 'node'
  return levels.has('probe') ? 'probe' : 'read'
}

/** The key of the page that explains a finding or a remedy. Throws a usage error with the closest names. */
function pageOf(name: string): string {
  const key = findCheck(name)?.slug ?? remedies.find((it) => it.id === name)?.id
  if (key !== undefined) return key
  throw unknownCode(
    name,
    remedies.map((it) => it.id),
  )
}

/** The page itself. The build packs all of them into one file. */
export function pageText(name: string): string {
  const key = pageOf(name)
  const pages = JSON.parse(packed('pages.json').toString()) as Readonly<Record<string, string>>
  const found = pages[key]
  if (found === undefined) throw new ToolError('internal', `there is no page for ${key}`)
  return found
}
