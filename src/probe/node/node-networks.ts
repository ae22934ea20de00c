import { type Known, known, mapKnown, unknown } from '../../model/known.ts'
import type { DropRule, MtuPath, NodeNetwork, NodeNetworks, ServiceRule } from '../../model/node-network.ts'
import { contains } from '../../relations/cidr-index.ts'
import type { NodeRun } from '../measure/node-run.ts'
import type { ProbePlan } from '../plan/plan.ts'
import type { MtuSpec } from '../pod/spec.ts'
import type { ConntrackReader, ConntrackReading, DropSeen, Opened, RulesRead } from './conntrack.ts'

/** Each node asks this many others: what is wrong with one node shows from any two. */
const mostTargets = 6

/** Where one node answers, at an address in the range of its pods: the way there is the way of pods. */
export interface MtuTarget {
  readonly node: string
  readonly ip: string
  readonly port: number
}

/** A bridge or a tunnel has an address of the node's range; a node without one is not asked. */
export function mtuTargets(
  readers: readonly ConntrackReader[],
  ranges: ReadonlyMap<string, readonly string[]>,
): readonly MtuTarget[] {
  return readers.flatMap(({ node, network }) => {
    if (network === null || network.mtuPort === null) return []
    const own = ranges.get(node) ?? []
    const addresses = network.here.links
      .filter((it) => it.kind !== 'loopback')
      .flatMap((it) => it.addresses.map((one) => one.replace(/\/\d+$/, '')))
    const ip = addresses.find((it) => own.some((cidr) => contains(cidr, it)))
    return ip === undefined ? [] : [{ node, ip, port: network.mtuPort }]
  })
}

/** The next ones in the list, in a circle, so that each node is asked by as many. */
export function targetsFrom(targets: readonly MtuTarget[], node: string): readonly MtuTarget[] {
  const at = targets.findIndex((it) => it.node === node)
  const circle = [...targets.slice(at + 1), ...targets.slice(0, Math.max(0, at))]
  return circle.filter((it) => it.node !== node).slice(0, mostTargets)
}

export function mtuSpec(run: string, targets: readonly MtuTarget[]): { readonly mtu?: MtuSpec } {
  if (targets.length === 0) return {}
  return { mtu: { token: run, targets: targets.map(({ ip, port }, id) => ({ id, ip, port })) } }
}

/** One node's network, with what its counters did between the two readings. */
export interface NetworkWindow {
  readonly reader: ConntrackReader
  readonly before: ConntrackReading | null
  readonly after: ConntrackReading | null
  readonly rulesBefore: RulesRead
  readonly rulesAfter: RulesRead
}

export function networkOf({ reader, before, after, rulesBefore, rulesAfter }: NetworkWindow): readonly NodeNetwork[] {
  const { node, way, network } = reader
  if (network === null) return []
  const [was, is] = [before?.reversePath ?? null, after?.reversePath ?? null]
  return [
    {
      node,
      way,
      ...network.here,
      reversePathDrops: was === null || is === null ? null : Math.max(0, is - was),
      drops: mapKnown(rulesAfter.drops, (rules) => grown(rulesBefore.drops, rules)),
      nftTables: rulesAfter.nftTables,
      ...(rulesAfter.untracked === undefined ? {} : { untracked: rulesAfter.untracked }),
      ...(rulesAfter.leading === undefined ? {} : { leading: rulesAfter.leading }),
      ...standing(rulesBefore.services, rulesAfter.services),
    },
  ]
}

/** Rules that are being written lead nowhere for good. */
function standing(before: RulesRead['services'], after: RulesRead['services']): Pick<NodeNetwork, 'serviceRules'> {
  if (before === undefined || after === undefined) return {}
  const keyOf = ({ ip, port, protocol, endpoints }: ServiceRule): string =>
    [ip, port, protocol, ...endpoints.toSorted()].join(' ')
  const then = new Set(before.map(keyOf))
  return { serviceRules: after.filter((it) => then.has(keyOf(it))) }
}

/** A rule that came meanwhile has no reading before. The same text twice in a chain is told by its place. */
function grown(before: Known<readonly DropSeen[]>, after: readonly DropSeen[]): readonly DropRule[] {
  const keysOf = (rules: readonly DropSeen[]): readonly string[] => {
    const times = new Map<string, number>()
    return rules.map(({ family, table, chain, rule }) => {
      const key = `${family} ${table} ${chain} ${rule}`
      const n = (times.get(key) ?? 0) + 1
      times.set(key, n)
      return `${n} ${key}`
    })
  }
  const then = new Map<string, number>()
  if (before.known) keysOf(before.value).forEach((key, index) => then.set(key, before.value[index]?.total ?? 0))
  const keys = keysOf(after)
  return after.map((rule, index) => {
    if (rule.total === null) return { ...rule, packets: null }
    const was = then.get(keys[index] ?? '')
    // Counters that were set to zero meanwhile tell what came since.
    const packets = was === undefined || was > rule.total ? rule.total : rule.total - was
    return { ...rule, packets: before.known ? packets : null }
  })
}

export interface NetworksGiven {
  readonly opened: readonly Opened[]
  readonly runs: readonly NodeRun[]
  readonly networks: readonly NodeNetwork[]
  readonly targets: readonly MtuTarget[]
}

export function networksOf(plan: ProbePlan, given: NetworksGiven): Known<NodeNetworks> {
  const { opened, runs, networks, targets } = given
  if (plan.conntrack === 'not-asked') return unknown('not-asked', 'needs --node-access')
  const refused = opened.flatMap((it) => ('why' in it ? [{ node: it.node, why: it.why }] : []))
  const silent = opened.flatMap((it) =>
    'reader' in it && it.reader.network === null ? [{ node: it.reader.node, why: 'its pod told nothing of it' }] : [],
  )
  const [first] = refused
  if (networks.length === 0)
    return unknown(
      refused.length > 0 && refused.every((it) => it.why.reason === 'forbidden') ? 'forbidden' : 'failed',
      first === undefined ? 'no node told of its network' : `${first.node}: ${first.why.detail}`,
    )
  return known({
    nodes: networks.toSorted((a, b) => (a.node < b.node ? -1 : 1)),
    paths: runs.flatMap(({ node, readings }) => pathsOf(node, readings.mtu, targetsFrom(targets, node))),
    missing: [...refused.map(({ node, why }) => ({ node, why: why.detail })), ...silent, ...plan.skipped],
  })
}

function pathsOf(node: string, mtu: NodeRun['readings']['mtu'], targets: readonly MtuTarget[]): readonly MtuPath[] {
  return mtu.flatMap(({ id, ...counts }) => {
    const target = targets[id]
    return target === undefined ? [] : [{ node, to: target.node, ip: target.ip, ...counts }]
  })
}
