import type { Lookup } from '../../model/lookups.ts'
import { everyReach } from '../dns/server-reach.ts'
import { lagIn } from '../troubles/probe-lag.ts'
import { resentOf, synsLost } from './lost-syns.ts'
import { contactsOnWays, homesOf, type Measured } from './node-ways.ts'

/** What became of what was sent over one protocol. `resent`: it came through, and only by a second SYN. */
export interface Sent {
  readonly tried: number
  readonly lost: number
  readonly resent: number
}

/** One way from the pods of a node to those of another, or of the same. */
export interface Leg {
  readonly from: string
  readonly to: string
  /** New connections; each is a handshake. */
  readonly tcp: Sent
  readonly udp: Sent
}

/** A node of which each way, there and back, loses a part, while none loses that goes past it. */
export interface LossyNode {
  readonly node: string
  /** Of the ways to and from the others. */
  readonly tcp: Sent
  readonly udp: Sent
  /** `tcp`: UDP crosses as well as ever, on the same ways. `all`: it is lost too. `unknown`: too little of it tells. */
  readonly what: 'tcp' | 'all' | 'unknown'
  /** All that touch it. */
  readonly legs: readonly Leg[]
}

/** Each way that anything was sent on, by protocol. */
export function legsOf(measured: Measured): readonly Leg[] {
  const sent = [...ofConnects(measured), ...ofLookups(measured)]
  return [...Map.groupBy(sent, (it) => `${it.from} ${it.to}`).values()].flatMap((its): readonly Leg[] => {
    const [first] = its
    if (first === undefined) return []
    return [{ from: first.from, to: first.to, tcp: add(its.map((it) => it.tcp)), udp: add(its.map((it) => it.udp)) }]
  })
}

const nothing: Sent = { tried: 0, lost: 0, resent: 0 }

function ofConnects(measured: Measured): readonly Leg[] {
  return contactsOnWays(measured).map(({ to, contact: { node, tries } }) => {
    const resent = resentOf(tries, lagIn(measured.dnsProbe, node))
    const lost = tries.filter((it) => it.result === 'timeout').length
    return { from: node, to, tcp: { tried: tries.length, lost, resent }, udp: nothing }
  })
}

/** Lookups at a server's own address; an error is an answer, as a refusal is. */
function ofLookups({ dnsProbe, clusterDns }: Measured): readonly Leg[] {
  if (!dnsProbe.known || !clusterDns.known) return []
  const homes = homesOf(clusterDns.value.pods)
  return everyReach(dnsProbe.value).flatMap(({ node, ip, series }): readonly Leg[] => {
    const to = homes.get(ip)
    if (to === undefined) return []
    return series.map(({ transport, lookups }): Leg => {
      const sent = { tried: lookups.length, lost: lookups.filter(isLost).length, resent: 0 }
      const resent = lookups.filter((it) => !isLost(it) && synsLost(it.ms) > 0).length
      return transport === 'tcp'
        ? { from: node, to, tcp: { ...sent, resent }, udp: nothing }
        : { from: node, to, tcp: nothing, udp: sent }
    })
  })
}

function isLost({ a, aaaa, firstLost }: Lookup): boolean {
  return firstLost !== 'none' || a === 'timeout' || aaaa === 'timeout'
}

/** Fewer may be lost by chance, on busy nodes. */
const least = { tcp: 2, all: 4, share: 0.05 } as const
/** UDP is well where so many crossed and less than one in a hundred was lost. */
const wellUdp = { of: 20, share: 0.01 } as const
/** The ways past the node lose at most this part of its share. */
const pastAtMost = 0.2
/** Ways without a loss are so by chance where that happens at least so often. */
const byChance = 0.05

/** Nodes that lose a part of all that comes and goes, there and back; one whose ways are shut is NOD510's. */
export function lossyNodes(measured: Measured): readonly LossyNode[] {
  const legs = legsOf(measured)
  const nodes = [...new Set(legs.flatMap((it) => [it.from, it.to]))].toSorted()
  return nodes.flatMap((node) => {
    const found = judge(node, legs)
    return found === null ? [] : [found]
  })
}

function judge(node: string, all: readonly Leg[]): LossyNode | null {
  const legs = all.filter((it) => it.from === node || it.to === node)
  const crossing = legs.filter((it) => it.from !== it.to)
  const [tcp, udp] = [add(crossing.map((it) => it.tcp)), add(crossing.map((it) => it.udp))]
  const what = whatOf(udp)
  const kept = (it: Leg): Sent => (what === 'all' ? add([it.tcp, it.udp]) : it.tcp)
  const total = add(crossing.map(kept))
  const share = shareOf(total)
  if (bad(tcp) < least.tcp || bad(total) < least.all || share < least.share) return null
  // Shut, and not lossy: that is another fault, or another node's.
  if (tcp.lost === tcp.tried || (what === 'all' && isShut(udp))) return null
  if (!isEverywhere(node, legs, { tcp, udp, what })) return null
  const past = add(all.filter((it) => !legs.includes(it)).map(kept))
  return past.tried >= least.all && shareOf(past) <= share * pastAtMost ? { node, tcp, udp, what, legs } : null
}

/** Of packets of every kind so many are lost by no chance: it is a wall, and what crossed did so before or after it. */
const shutAt = 0.85

function isShut({ tried, lost }: Sent): boolean {
  return tried > 0 && lost / tried > shutAt
}

function whatOf(udp: Sent): LossyNode['what'] {
  if (bad(udp) >= 2 && shareOf(udp) > wellUdp.share) return 'all'
  return udp.tried >= wellUdp.of ? 'tcp' : 'unknown'
}

interface Counted {
  readonly tcp: Sent
  readonly udp: Sent
  readonly what: LossyNode['what']
}

/**
 * Out to two other nodes at least: that is nobody's but its own. Or out and in, with two others or with one and within
 * itself; in alone may be one program, late to take what comes. All that is well may be so by chance.
 */
function isEverywhere(node: string, legs: readonly Leg[], { tcp, udp, what }: Counted): boolean {
  const counts = (it: Leg): readonly Sent[] => (what === 'all' ? [it.tcp, it.udp] : [it.tcp])
  const isSick = (it: Leg): boolean => counts(it).some((one) => bad(one) > 0)
  const crossing = legs.filter((it) => it.from !== it.to && counts(it).some((one) => one.tried > 0))
  const sick = crossing.filter(isSick)
  const [outs, ins] = [sick.filter((it) => it.from === node), sick.filter((it) => it.to === node)]
  const others = new Set([...outs.map((it) => it.to), ...ins.map((it) => it.from)])
  const isOwn = legs.some((it) => it.from === it.to && isSick(it))
  const isBoth = outs.length > 0 && ins.length > 0 && (others.size > 1 || isOwn)
  if (!isBoth && outs.length < 2) return false
  // What stays on the node passes none of its interfaces: that it is well refutes nothing.
  const well = crossing.filter((it) => !sick.includes(it))
  const chance = (total: Sent, its: readonly Sent[]): number => (1 - shareOf(total)) ** add(its).tried
  const ofUdp =
    what === 'all'
      ? chance(
          udp,
          well.map((it) => it.udp),
        )
      : 1
  return (
    chance(
      tcp,
      well.map((it) => it.tcp),
    ) *
      ofUdp >=
    byChance
  )
}

/** Lost, or sent again. */
export function bad({ lost, resent }: Sent): number {
  return lost + resent
}

function shareOf(it: Sent): number {
  return it.tried === 0 ? 0 : bad(it) / it.tried
}

function add(all: readonly Sent[]): Sent {
  const sum = (key: keyof Sent): number => all.reduce((total, it) => total + it[key], 0)
  return { tried: sum('tried'), lost: sum('lost'), resent: sum('resent') }
}
