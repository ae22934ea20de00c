import { some } from '../../phrases.ts'
import type { HomesOfBad } from '../../relations/service/bad-endpoints-homes.ts'

/**
 * `all`: no endpoint answers well. `unfinished`: of no answer the end came in time. `guess`: as `all`, of a path that
 * nobody said is served.
 */
export type Pattern = (typeof patterns)[number]

export const patterns = ['across', 'from-nodes', 'some', 'at-times', 'all', 'unfinished', 'guess', 'protocol'] as const

interface Seen {
  readonly pattern: Pattern
  readonly homes: HomesOfBad
  /** Nodes of those that answer badly. */
  readonly on: readonly string[]
  /** Services that their specs tell them to call: an answer may be what these say, or what their names lead to. */
  readonly calls: readonly string[]
}

/** No more than the requests leave: who answers badly may only pass on what it gets. */
export function noteOf({ pattern, homes, on, calls }: Seen): string {
  const called = calls.length === 0 ? 'what it calls and looks up' : `what it calls and looks up (${some(calls)})`
  if (pattern === 'some' && homes !== 'none-well')
    return `no controller is between; ${whose(homes, on, called)}. ${users}`
  if (pattern === 'at-times' || pattern === 'some')
    return (
      'no controller is between: an endpoint answers well and badly by turns; ' +
      `its load may be why, or several processes that share its port, or ${called}, of which it may get a good ` +
      'answer once and a bad one then'
    )
  if (pattern === 'all') return `no controller is between: the application itself says so, or ${called} fails it`
  if (pattern === 'unfinished')
    return (
      'no controller is between, and connections open: the application takes its time, ' +
      `or ${called} keeps it waiting, or what it sends is lost on the way, such as packets of full size`
    )
  return plain[pattern]
}

const users = 'Users who get it see an error, and a retry may not'

function whose(homes: Exclude<HomesOfBad, 'none-well'>, on: readonly string[], called: string): string {
  if (homes === 'beside-well')
    return (
      'on the same node another endpoint answers well, so the node alone is not why: ' +
      `it is its own, such as its image, its configuration, a connection that it keeps, or what it got of ${called}`
    )
  if (homes === 'one-node')
    return (
      `all endpoints that answer badly run on ${some(on)}, and no other does: the node may be why, ` +
      `such as its DNS, or its ways to ${called}`
    )
  const where = homes === 'apart' ? `no endpoint that answers well runs on ${some(on)}` : 'where it runs is not known'
  return `it is its own, or its node's (${where}): its image, its configuration, or its ways to ${called}`
}

const plain: Readonly<Record<Exclude<Pattern, 'some' | 'at-times' | 'all' | 'unfinished'>, string>> = {
  across:
    'connections open, the node that a pod runs on gets its whole answer, and no other node does: ' +
    'what is large is lost between nodes, such as by an MTU that is too small on the way, or by a firewall',
  'from-nodes':
    'the same endpoints give other nodes whole answers: it is the way from and to the nodes that get none, ' +
    'such as an MTU that is too small, or a firewall',
  guess: 'no controller is between, and nobody said which path this application serves: / was asked',
  protocol:
    'every endpoint hangs up on a plain HTTP request and on TLS: ' +
    'it speaks another protocol than its port, or whoever calls it, says, or is broken',
}

const byPath = 'send packets of full size from node to node, and look for what drops them'
const byApplication = 'read what the application says about this request'

const looks: Readonly<Record<Pattern, string>> = {
  across: byPath,
  'from-nodes': byPath,
  some: 'compare the pod that fails with one that does not: what its log says, its image, its configuration, its node',
  'at-times': byApplication,
  all: byApplication,
  unfinished:
    `${byApplication}, and whether a short path, such as of a probe, is answered: ` +
    'then packets of full size are lost',
  guess: byApplication,
  protocol: byApplication,
}

export function lookOf({ pattern, homes, on }: Seen): string {
  if (pattern !== 'some' || homes === 'beside-well' || on.length === 0) return looks[pattern]
  return `${looks[pattern]}: look names up and connect from another pod on ${some(on)} as well`
}
