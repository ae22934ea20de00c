import type { BetweenSpec } from '../pod/spec.ts'
import type { PodRecord } from '../pod/records.ts'
import type { NodeRun } from './node-run.ts'

/** An image that is not there yet takes longer: then the ways between pods go unmeasured, and nobody waits. */
const patienceMs = 6000
/** The last pod begins this long after the first at most, and has its answers within seven seconds. */
const answersForMs = 20_000

export interface Peer {
  readonly node: string
  readonly ip: string
  readonly udp: number | null
  readonly tcp: number | null
}

interface Asks {
  readonly run: string
  readonly nodes: readonly string[]
  /** Whose pods answer the others', in the order of their start. */
  readonly hubs: readonly string[]
  readonly wait: (ms: number) => Promise<void>
}

/** `heard` wants each record of the pod. */
export type Start = (
  node: string,
  between: { readonly between?: BetweenSpec },
  heard: (record: PodRecord) => void,
) => Promise<NodeRun>

/**
 * All nodes at once, but for the first ones, which the others ask: what a pod is told stands in it from its start, so
 * that the address of those must be known before. `peers` is the list that ids of `between` records point into.
 */
export async function inTurn(
  { run, nodes, hubs, wait }: Asks,
  start: Start,
): Promise<{ readonly runs: readonly NodeRun[]; readonly peers: readonly Peer[] }> {
  const peers: Peer[] = []
  const running = new Map<string, Promise<NodeRun>>()
  let isPatient = true
  for (const node of [...hubs, ...nodes.filter((it) => !hubs.includes(it))]) {
    const isHub = hubs.includes(node)
    const told = Promise.withResolvers<Peer | null>()
    const between: BetweenSpec = {
      token: run,
      peers: peers.map(({ ip, udp, tcp }, id) => ({ id, ip, udp, tcp })),
      ...(isHub ? { answersForMs } : {}),
    }
    const ending = start(node, hubs.length === 0 ? {} : { between }, (record) => {
      if (record.t === 'answers') told.resolve({ node, ip: record.ip, udp: record.udp, tcp: record.tcp })
    })
    running.set(node, ending)
    if (!isHub || !isPatient) continue
    const peer = await Promise.race([told.promise, ending.then(() => null), wait(patienceMs).then(() => null)])
    if (peer === null) isPatient = false
    else peers.push(peer)
  }
  return { runs: await Promise.all(nodes.flatMap((it) => running.get(it) ?? [])), peers }
}
