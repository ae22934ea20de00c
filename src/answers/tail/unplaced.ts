import type { AccessLine } from '../../wire/access-log/access-line.ts'
import { ownText } from './own-text.ts'
import { pathShape } from '../../wire/access-log/path-shape.ts'
import { isServerError } from './who-said.ts'

/** Requests that went wrong, of which the log does not say whether they were for the Ingress that was asked about. */
export interface Unplaced {
  readonly requests: number
  readonly serverErrors: number
  /** Those that nginx refused before it chose a backend are among them. */
  readonly statuses: Readonly<Record<number, number>>
  /** The most frequent first. */
  readonly paths: readonly UnplacedPath[]
}

export interface UnplacedPath {
  /** With `:n` and `:id` for numbers and keys. */
  readonly path: string
  readonly requests: number
  /** Requests to it that could be told were of this Ingress alone. */
  readonly alone: boolean
}

export interface Unplacing {
  readonly add: (line: AccessLine) => void
  /** A request for another Ingress. */
  readonly other: (line: AccessLine) => void
  /** `owned`: paths to which this Ingress answered. */
  readonly result: (owned: ReadonlySet<string>) => Unplaced
}

const mostPaths = 2000
const shownPaths = 5

/** Counts what no Ingress can be told of, and which paths are those of others. */
export function unplacing(): Unplacing {
  const statuses = new Map<number, number>()
  const paths = new Map<string, number>()
  const others = new Set<string>()
  let [requests, serverErrors, isFull] = [0, 0, false]
  return {
    add(line) {
      requests++
      if (isServerError(line)) serverErrors++
      if (line.status !== null) statuses.set(line.status, (statuses.get(line.status) ?? 0) + 1)
      const path = line.path === null ? null : ownText(pathShape(line.path))
      if (path !== null && (paths.has(path) || paths.size < mostPaths)) paths.set(path, (paths.get(path) ?? 0) + 1)
    },
    other({ path }) {
      if (path === null) return
      if (others.size < mostPaths) others.add(ownText(pathShape(path)))
      else isFull = true
    },
    result: (owned) => ({
      requests,
      serverErrors,
      statuses: Object.fromEntries([...statuses].toSorted(([a], [b]) => a - b)),
      paths: [...paths]
        .toSorted(([, a], [, b]) => b - a)
        .slice(0, shownPaths)
        .map(([path, times]) => ({ path, requests: times, alone: !isFull && owned.has(path) && !others.has(path) })),
    }),
  }
}
