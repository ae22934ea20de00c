import type { Evidence } from '../../findings/evidence.ts'
import type { Subject } from '../../model/subject.ts'

interface Lines {
  readonly path: string
  readonly lines: readonly string[]
  /** What stands in one of them. */
  readonly mark: string
  readonly label: string
}

/** A part of an object as its fields say it, with a caret under the word that is meant. */
export function objectLines(object: Subject, { path, lines, mark, label }: Lines): Evidence {
  const at = lines.findIndex((it) => it.includes(mark))
  return { kind: 'config', object, path, lines, at: Math.max(0, at), mark, label }
}
