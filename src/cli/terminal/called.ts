import { basename } from 'node:path'
import { asCalled, type Call, plainCall } from '../../report/called.ts'

/** One process is one call; whatever it prints, to the last word of a signal's handler, names itself so. */
let here: Call = plainCall

export function call(): Call {
  return here
}

export function setCall(it: Call): void {
  here = it
}

/** A line with its commands as they are to be typed here. */
export function spoken(line: string): string {
  return asCalled(line, here)
}

/**
 * By what the user calls hopscope. kubectl runs `kubectl-hopscope` of the path for `kubectl hopscope`, and the shebang
 * hands Node the link's name; npm says in its variables what it was asked to do.
 */
export function nameOf(script: string, env: Readonly<Record<string, string | undefined>>): string {
  const name = basename(script)
  if (name.startsWith('kubectl-')) return 'kubectl hopscope'
  if (name === 'hopscope') return env['npm_command'] === 'exec' ? 'npx hopscope' : 'hopscope'
  return name === 'hopscope.js' && env['npm_lifecycle_event'] === 'start' ? 'npm start --' : 'hopscope'
}

/** kubectl and hopscope have the same flags for it. A run without them means the current context, and so do they. */
const carried = {
  kubeconfig: '--kubeconfig',
  context: '--context',
  cluster: '--cluster',
  user: '--user',
  as: '--as',
  asGroup: '--as-group',
} as const

export function clusterOf(flags: Readonly<Record<string, unknown>>): Call['flags'] {
  return Object.entries(carried).flatMap(([key, flag]) =>
    [flags[key]].flat().flatMap((value) => (typeof value === 'string' ? [[flag, value] as const] : [])),
  )
}
