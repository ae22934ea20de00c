import { cannotTell } from '../../findings/verdict.ts'
import type { Evidence } from '../../findings/evidence.ts'
import type { InsideView } from '../../model/inside.ts'
import type { Known } from '../../model/known.ts'
import type { InsidePod } from '../../relations/dns/inside-pods.ts'

/**
 * What a spec implies is no sight of what stands in the pods: where nobody could look into one, "fine" is not said.
 * null where at least one was seen.
 */
export function unseenPods(insideViews: Known<readonly InsideView[]>) {
  if (!insideViews.known) {
    const isOpen = insideViews.why.reason === 'not-asked'
    return cannotTell(
      insideViews.why.reason,
      isOpen ? 'what stands in the pods was not read' : insideViews.why.detail,
      isOpen ? '--probe' : null,
    )
  }
  if (insideViews.value.some((it) => it.resolvConf.known)) return null
  const why = insideViews.value.flatMap((it) => (it.resolvConf.known ? [] : [it.resolvConf.why]))[0]
  return cannotTell(why?.reason ?? 'not-there', why?.detail ?? 'no pod was looked into')
}

interface MarkedFile {
  readonly path: string
  readonly text: string
  readonly mark: string
  readonly label: string
}

/** A file as it stands in the container, with the caret under `mark`. */
export function fileEvidence({ view }: InsidePod, { path, text, mark, label }: MarkedFile): Evidence {
  const all = text
    .split('\n')
    .map((it) => it.trim())
    .filter((it) => it !== '' && !it.startsWith('#'))
  const found = Math.max(
    0,
    all.findIndex((it) => it.includes(mark)),
  )
  const from = Math.max(0, Math.min(found - 2, all.length - 6))
  const lines = all.slice(from, from + 6)
  const line = lines[found - from] ?? ''
  const object = { kind: 'Pod', namespace: view.namespace, name: view.pod }
  return {
    kind: 'config',
    object,
    path,
    lines: lines.length === 0 ? ['(empty)'] : lines,
    at: lines.length === 0 ? 0 : found - from,
    mark: line.includes(mark) ? mark : line,
    label,
  }
}
