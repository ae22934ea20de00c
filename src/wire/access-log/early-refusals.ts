import { pathShape } from './path-shape.ts'
import { accessReader } from './reader.ts'
import { isRefusedEarly } from './refused-early.ts'

/** Requests for one path that nginx refused before it chose a backend, and how the others for that path went. */
export interface EarlyRefusals {
  /** With `:n` and `:id` for numbers and keys. */
  readonly path: string
  readonly status: number
  readonly times: number
  /** Milliseconds since 1970 of the last one; null where the format has no time. */
  readonly last: number | null
  /** Requests for that path that came to a backend. */
  readonly others: number
  /** Backends by their names in the controller, as those others tell. */
  readonly backends: readonly string[]
}

const mostPaths = 5000
const mostBackends = 5
const mostTold = 100

/** Of the end of a log, without hopscope's own requests. */
export function earlyRefusals(lines: readonly string[]): readonly EarlyRefusals[] {
  const read = accessReader()
  const refused = new Map<string, { path: string; status: number; times: number; last: number | null }>()
  const placed = new Map<string, { others: number; readonly backends: Set<string> }>()
  for (const line of lines) {
    const it = read(line)
    if (it.kind !== 'request' || it.dialect !== 'nginx' || it.path === null || line.includes('"hopscope"')) continue
    const path = pathShape(it.path)
    if (isRefusedEarly(it) && it.status !== null) {
      const key = `${it.status} ${path}`
      const held = refused.get(key) ?? { path, status: it.status, times: 0, last: null }
      if (held.times === 0 && refused.size === mostTold) continue
      refused.set(key, { ...held, times: held.times + 1, last: it.at ?? held.last })
    } else if (it.backend !== null && (placed.has(path) || placed.size < mostPaths)) {
      const held = placed.get(path) ?? { others: 0, backends: new Set<string>() }
      held.others++
      if (held.backends.size < mostBackends) held.backends.add(it.backend)
      placed.set(path, held)
    }
  }
  return [...refused.values()].map((it) => {
    const { others, backends } = placed.get(it.path) ?? { others: 0, backends: new Set<string>() }
    return { ...it, others, backends: [...backends] }
  })
}
