import { some } from '../../phrases.ts'
import type { Pace } from './pace.ts'

/** With two of three that is each pair, and of more what is wrong with any one node. */
export const mostHubs = 2

/**
 * The nodes whose pods start first and answer; those after them ask. Each is waited for, as long as a pod takes to
 * start: of one path the ways from one node to each other are enough, from `home` where it begins there, else from the
 * first, which is the one of a pod that is asked about.
 */
export function hubsOf(
  nodes: readonly string[],
  home: string | null = null,
  pace: Pace = home === null ? 'usual' : 'one-path',
): readonly string[] {
  if (home !== null && nodes.includes(home)) return nodes.length > 1 ? [home] : []
  return nodes.slice(0, Math.min(pace === 'one-path' ? 1 : mostHubs, nodes.length - 1))
}

export function announceBetween(hubs: readonly string[]): readonly string[] {
  if (hubs.length === 0) return []
  const isOne = hubs.length === 1
  return [
    `starts ${isOne ? 'the pod' : 'the pods'} on ${some(hubs)} first, 6 s before the others at most; ` +
      `each other pod sends ${isOne ? 'it' : 'each of them'} 9 datagrams, 6 of them as large as a pod's interface ` +
      `takes, and opens up to 6 TCP connections, of 16 KiB at most; ${isOne ? 'it answers' : 'they answer'} those of ` +
      'this run alone, on two ports each, until removed',
  ]
}
