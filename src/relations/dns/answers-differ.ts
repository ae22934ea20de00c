import type { NameAnswer, NameAnswers } from '../../model/name-answers.ts'
import type { DnsProbe, DnsServer, Lookup, LookupSeries } from '../../model/lookups.ts'
import { once } from '../once.ts'
import { blindNodes, isDenial, seriesOf } from './lookup-loss.ts'

/** One server's answers to one question. */
export interface ServersWord {
  readonly server: DnsServer
  /** Lookups with an address. */
  readonly has: number
  /** Lookups in which the name, or its address, does not exist. */
  readonly denied: number
}

/** A name outside of the cluster that is found, and does not exist, in one and the same probe. */
export interface Differing {
  readonly name: string
  readonly words: readonly ServersWord[]
  readonly has: number
  readonly denied: number
}

/** One answer of a kind may be from a moment before a change. */
const least = 2

/**
 * Names of which some answers to A have an address, and others deny it. Each server's cache keeps what it heard first,
 * so that within a probe a server may say one thing alone, and another server another.
 */
export const differing = once((probe: DnsProbe): readonly Differing[] => {
  const blind = blindNodes(probe)
  const counted = seriesOf(probe, { zone: 'external' }).filter((it) => it.method !== 'getaddrinfo' && !isMadeUp(it))
  const asked = [...counted, ...(probe.named ?? []).filter((it) => !blind.has(it.node))]
  return [...Map.groupBy(asked, (it) => it.name)].flatMap(([name, all]) => {
    const series = byTurns(all)
    const words = [...Map.groupBy(series, (it) => it.server.ip).values()].flatMap(wordOf)
    const [has, denied] = [sum(words.map((it) => it.has)), sum(words.map((it) => it.denied))]
    return has < least || denied < least ? [] : [{ name, words, has, denied }]
  })
})

/**
 * Names of which one server of a `forward` has an address and another denies it, each asked by itself, from the same
 * node: of two answers to the same question of the same moment there is no cache between.
 */
export function upstreamsDiffer(names: NameAnswers): readonly Differing[] {
  return [...Map.groupBy(names.upstreams ?? [], (it) => it.name)].flatMap(([name, all]) => {
    const told = [...Map.groupBy(all, (it) => it.node).values()].find((its) => its.some(hasIt) && its.some(deniesIt))
    if (told === undefined) return []
    const words = told.map((it): ServersWord => ({
      server: it.server,
      has: Number(hasIt(it)),
      denied: Number(deniesIt(it)),
    }))
    const [has, denied] = [sum(words.map((it) => it.has)), sum(words.map((it) => it.denied))]
    return [{ name, words: words.filter((it) => it.has + it.denied > 0), has, denied }]
  })
}

function hasIt(it: NameAnswer): boolean {
  return it.answer === 'ok' && it.addresses.length > 0
}

function deniesIt({ answer }: NameAnswer): boolean {
  return isDenial(answer)
}

/** Whether this lookup says no of a name that others from the same node have. */
export function deniesWhatIsThere(probe: DnsProbe, series: LookupSeries, lookup: Lookup): boolean {
  return isDenial(lookup.a) && differing(probe).some((it) => it.name === series.name)
}

/** Of nodes that hear both: where all of a node's lookups are denied, and others' none, it is who asks that matters. */
function byTurns(series: readonly LookupSeries[]): readonly LookupSeries[] {
  return [...Map.groupBy(series, (it) => it.node).values()].flatMap((its) => {
    const words = wordOf(its)
    return words.some((it) => it.has >= least && it.denied >= least) ? its : []
  })
}

/** Labels that the probe makes up exist nowhere, but below a wildcard. */
function isMadeUp({ name }: LookupSeries): boolean {
  return name.startsWith('hopscope-')
}

function wordOf(series: readonly LookupSeries[]): readonly ServersWord[] {
  const [first] = series
  if (first === undefined) return []
  const lookups = series.flatMap((it) => it.lookups)
  const has = lookups.filter((it) => it.a === 'ok').length
  return [{ server: first.server, has, denied: lookups.filter((it) => isDenial(it.a)).length }]
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, it) => total + it, 0)
}
