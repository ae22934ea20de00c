import { withoutTrailing } from '../../wire/trim-end.ts'

interface Rule {
  readonly path: string
  readonly pathType: string
}

/**
 * Whether a load balancer of a cloud that goes by `*` takes the path for this rule. A star elsewhere than at the end is
 * compared by nobody here: it may take it (ELB, "Path conditions"; GKE has stars at the end alone).
 */
export function takesWhole({ path, pathType }: Rule, asked: string): boolean {
  if (pathType === 'Exact') return path === asked
  if (pathType === 'Prefix') return isBelow(asked, path)
  if (path === '') return true
  const star = path.search(/[*?]/)
  if (star < 0) return path === asked
  return asked.startsWith(path.slice(0, star))
}

/** Whether a rule takes what is below the path as well. */
export function takesBelow(rule: Rule, path: string): boolean {
  return takesWhole(rule, `${withoutTrailing(path, '/')}/x-below`)
}

function isBelow(asked: string, prefix: string): boolean {
  const plain = withoutTrailing(prefix, '/')
  return asked === plain || asked.startsWith(`${plain}/`)
}
