import { type Corefile, type CorefilePlugin, type CorefileServer, zoneOf } from '../../wire/corefile.ts'
import { mayServeZones } from './corefile-plugins.ts'
import { isWithin } from '../../wire/dns-name.ts'

/** A line by which names do not come to the plugin that would answer them. */
export interface KeptBack {
  /** `taken`: answered, or refused, before. `excepted`: left out of `forward`, with nobody behind it. */
  readonly how: 'taken' | 'excepted'
  readonly plugin: CorefilePlugin
  /** What to put the caret under. */
  readonly mark: string
  readonly line: number
  /** `cluster`: names of Services. `outside`: all names that would be forwarded, or those of `zone`. */
  readonly whose: 'cluster' | 'outside'
  /** The zone that is kept back; empty for all names. */
  readonly zone: string
  readonly by: 'kubernetes' | 'forward'
}

/**
 * The order in which a query goes through the plugins of a block, whatever the order of the lines (coredns plugin.cfg).
 * Those that answer a zone and pass nothing on without `fallthrough`.
 */
const takers = ['template', 'hosts', 'kubernetes', 'file', 'auto', 'secondary', 'etcd'] as const

/** Arguments before the zones: the file of `hosts` and `file`, class and type of `template`. */
const before: Readonly<Record<string, number>> = { hosts: 1, file: 1, template: 2 }

const passingOn = ['forward', 'proxy', 'grpc']

export function namesKeptBack(corefile: Corefile, domain: string): readonly KeptBack[] {
  return corefile.servers.flatMap((server) => [
    ...takenIn(server, domain.toLowerCase()),
    ...exceptedIn(server, corefile),
  ])
}

function takenIn({ keys, plugins }: CorefileServer, domain: string): readonly KeptBack[] {
  const kubernetes = plugins.find((it) => it.name === 'kubernetes' && covers(zonesOf(it, keys), domain))
  const forward = plugins.find((it) => passingOn.includes(it.name) && zoneOf(it.args[0] ?? 'none') === '')
  const root = keys.some((it) => zoneOf(it) === '')
  return plugins.flatMap((plugin): readonly KeptBack[] => {
    const rank = takers.findIndex((it) => it === plugin.name)
    if (rank < 0 || !takesAddresses(plugin)) return []
    const zones = zonesOf(plugin, keys)
    const about = { how: 'taken', plugin, mark: plugin.name, line: plugin.line } as const
    const isBefore = kubernetes !== undefined && rank < takers.indexOf('kubernetes')
    const zone = isBefore ? takenZone(zones, domain) : null
    const takesOutside = forward !== undefined && root && covers(zones, '') && !passes(plugin, '')
    if (zone !== null && !passes(plugin, zone === '' ? domain : zone))
      return [{ ...about, whose: 'cluster', zone, by: 'kubernetes' }]
    return takesOutside ? [{ ...about, whose: 'outside', zone: '', by: 'forward' }] : []
  })
}

/** Of the names of the cluster: all that there are (''), those of its domain, or of a zone below. */
function takenZone(zones: readonly string[], domain: string): string | null {
  if (zones.includes('')) return ''
  if (covers(zones, domain)) return domain
  return zones.find((it) => isWithin(it, domain)) ?? null
}

/**
 * What `except` leaves out goes on to the next plugin of the block, and where there is none the answer is SERVFAIL
 * (coredns plugin/forward ServeDNS, plugin.NextOrFailure).
 */
function exceptedIn({ keys, plugins }: CorefileServer, corefile: Corefile): readonly KeptBack[] {
  return plugins
    .filter((it) => it.name === 'forward')
    .flatMap((plugin) => (plugin.block ?? []).filter((it) => it.name === 'except').map((line) => ({ plugin, line })))
    .flatMap(({ plugin, line }) =>
      line.args
        .filter((it) => !/\{[$%]/.test(it) && !it.includes('/'))
        .map((word) => ({ word, zone: zoneOf(word) }))
        .filter(({ zone }) => zone !== '' && !isReverse(zone) && keys.some((key) => isWithin(zone, zoneOf(key))))
        .filter(({ zone }) => !isServed(zone, { plugin, plugins, keys, corefile }))
        .map(({ word, zone }): KeptBack => ({
          how: 'excepted',
          plugin: line,
          mark: word,
          line: line.line,
          whose: 'outside',
          zone,
          by: 'forward',
        })),
    )
}

interface Beside {
  readonly plugin: CorefilePlugin
  readonly plugins: readonly CorefilePlugin[]
  readonly keys: readonly string[]
  readonly corefile: Corefile
}

/** By another block of that zone, by another `forward` of this block, or by a plugin that may have the zone. */
function isServed(zone: string, { plugin, plugins, keys, corefile }: Beside): boolean {
  const own = new Set(keys.map(zoneOf))
  const blocks = corefile.servers.flatMap((it) => it.keys.map(zoneOf)).filter((it) => !own.has(it))
  if (blocks.some((it) => isWithin(zone, it))) return true
  if (corefile.imports.length > 0) return true
  return plugins.some((it) => {
    if (it === plugin) return false
    if (it.name === 'import') return true
    if (passingOn.includes(it.name)) return isWithin(zone, zoneOf(it.args[0] ?? '.')) && !isExcepted(zone, it)
    return (it.name === 'kubernetes' || mayServeZones(it.name)) && covers(zonesOf(it, keys), zone)
  })
}

function isExcepted(zone: string, forward: CorefilePlugin): boolean {
  return (forward.block ?? []).some((it) => it.name === 'except' && it.args.some((one) => isWithin(zone, zoneOf(one))))
}

/** Without zones of its own a plugin has those of its block. */
function zonesOf({ name, args }: CorefilePlugin, keys: readonly string[]): readonly string[] {
  const own = args.slice(before[name] ?? 0)
  return (own.length > 0 ? own : keys).map(zoneOf)
}

function covers(zones: readonly string[], name: string): boolean {
  return zones.some((it) => isWithin(name, it))
}

function isReverse(zone: string): boolean {
  return /(?:^|\.)(?:in-addr|ip6)\.arpa$/.test(zone)
}

/** `fallthrough` alone passes everything on, with zones what falls into them. */
function passes({ block }: CorefilePlugin, zone: string): boolean {
  return (block ?? []).some(
    (it) => it.name === 'fallthrough' && (it.args.length === 0 || covers(it.args.map(zoneOf), zone)),
  )
}

/**
 * A template of another type lets A pass, and one that has no pattern answers all names by intent: DNS146 and DNS165
 * judge what it says.
 */
function takesAddresses({ name, args, block }: CorefilePlugin): boolean {
  if (name !== 'template') return true
  const type = (args[1] ?? 'ANY').toUpperCase()
  return (type === 'A' || type === 'ANY') && (block ?? []).some((it) => it.name === 'match')
}
