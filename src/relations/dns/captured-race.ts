import type { Evidence } from '../../findings/evidence.ts'
import type { Capture, Comparison, Gone } from '../../model/capture.ts'
import type { Known } from '../../model/known.ts'
import type { Node } from '../../model/node.ts'
import type { Pod } from '../../model/pod.ts'
import { contains } from '../cidr-index.ts'
import { captureSymptom } from '../capture/signs.ts'
import { trailText } from '../capture/words.ts'

/** What packets that were captured beside the run show of a node's race, by their numbers. */
export interface CapturedRace {
  readonly evidence: readonly Evidence[]
  /** What they show is this race's doing: of this node's clients, and of nobody else's. */
  readonly causes: readonly string[]
}

/** Packets of clients that are on this node: halves of a pair that were lost, and queries that did not get further. */
export function capturedRace(capture: Known<Capture>, isOfNode: (address: string) => boolean): CapturedRace {
  if (!capture.known) return { evidence: [], causes: [] }
  const halves = capture.value.points.flatMap((point) => {
    const its = point.signs.filter((it) => it.kind === 'pair-half-lost')
    const here = its.filter(({ client }) => client !== null && isOfNode(client))
    const rows = here.map((it) => ({
      where: point.name,
      bad: it.count,
      of: it.of,
      note: `${it.detail} of a pair; packet ${it.packets.slice(0, 4).join(', ')}`,
    }))
    const isAll = here.length > 0 && here.length === its.length && its.every((it) => it.clients === 1)
    return [{ rows, cause: isAll ? captureSymptom('pair-half-lost', point.name) : null }]
  })
  const gone = capture.value.comparisons.flatMap((it) => queriesGone(it, isOfNode))
  const rows = [...halves.flatMap((it) => it.rows), ...gone.flatMap((it) => it.rows)]
  const trails = gone.flatMap((it) => it.trails).slice(0, 3)
  return {
    evidence: [
      ...(rows.length === 0 ? [] : [{ kind: 'shares' as const, label: 'in captured packets', rows: rows.slice(0, 8) }]),
      ...trails.map((value, index) => ({
        kind: 'fact' as const,
        label: index === 0 ? 'the first query that was lost' : 'another',
        value,
      })),
    ],
    causes: [...halves, ...gone].flatMap(({ cause }) => cause ?? []),
  }
}

function queriesGone({ near, far, gone }: Comparison, isOfNode: (address: string) => boolean) {
  const isIts = (it: Gone): boolean => it.what === 'query' && it.way === 'forth' && isOfNode(it.from)
  const here = gone.filter(isIts)
  if (here.length === 0) return []
  const rows = here.map((it) => ({
    where: `${near} and not ${far}`,
    bad: it.count,
    of: it.of,
    note: `packet ${it.packets.slice(0, 4).join(', ')}`,
  }))
  const trails = here.flatMap((it) => it.trails.map(trailText))
  return [{ rows, trails, cause: here.length === gone.length ? captureSymptom('gone', near) : null }]
}

/** By the pod that has the address, or the addresses that the node gives to pods. */
export function addressesOn(
  name: string,
  nodes: readonly Node[],
  pods: Known<readonly Pod[]>,
): (address: string) => boolean {
  const its = pods.known ? pods.value : []
  const { ip = null, ips = [], podCidrs = [] } = nodes.find((it) => it.name === name) ?? {}
  return (address) => {
    const pod = its.find((it) => it.ip === address || it.ips?.includes(address) === true)
    if (pod !== undefined && pod.hostNetwork !== true) return pod.node === name
    return address === ip || ips.includes(address) || podCidrs.some((block) => contains(block, address))
  }
}
