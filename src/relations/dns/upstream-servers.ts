import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { CoreDnsWindow, UpstreamWindow } from '../../model/counters.ts'
import { type Known, mapKnown } from '../../model/known.ts'
import type { DnsServerLog } from '../../model/server-log.ts'
import {
  type Corefile,
  type CorefilePlugin,
  type CorefileServer,
  isPlainDns,
  parseCorefile,
  zoneOf,
} from '../../wire/corefile.ts'
import { isIpv6, isLoopback } from '../../wire/ip-family.ts'
import { type UpstreamAddress, upstreamAddress } from '../../wire/upstream-address.ts'
import { bareName, isWithin } from '../../wire/dns-name.ts'

/** The plugins that pass a name on, in the order in which a query meets them (plugin.cfg): ZONE SERVER... each. */
const passOn = ['forward', 'grpc', 'proxy', 'fanout'] as const

/** Whom a name is passed on to. */
export interface Forwarding {
  readonly server: CorefileServer
  readonly plugin: CorefilePlugin
  readonly to: readonly UpstreamAddress[]
}

/**
 * The directive that passes this name on: of the block with the longest zone that holds it, the first that takes it.
 */
export function forwardingOf(corefile: Corefile, name: string): Forwarding | null {
  const server = serverOf(corefile, name)
  if (server === null) return null
  const its = passOn.flatMap((wanted) => server.plugins.filter((it) => it.name === wanted))
  const plugin = its.find((it) => it.args.length > 1 && holds(zoneOf(it.args[0] ?? '.'), name) && !excepted(it, name))
  return plugin === undefined ? null : { server, plugin, to: plugin.args.slice(1).map(upstreamAddress) }
}

/** Those of them that can be asked from any pod: plain DNS at an address. */
export function askableUpstreams(
  corefile: Corefile,
  name: string,
): readonly Extract<UpstreamAddress, { kind: 'address' }>[] {
  const to = forwardingOf(corefile, name)?.to ?? []
  return to.flatMap((it) => (it.kind === 'address' && it.transport === 'dns' && !isLoopback(it.ip) ? [it] : []))
}

/** Every directive that passes names on, whatever the names. */
export function forwardings(corefile: Corefile): readonly Forwarding[] {
  return corefile.servers.flatMap((server) =>
    server.plugins
      .filter((it) => passOn.some((one) => one === it.name))
      .map((plugin) => ({ server, plugin, to: plugin.args.slice(1).map(upstreamAddress) })),
  )
}

function serverOf(corefile: Corefile, name: string): CorefileServer | null {
  // The servers that pods ask speak plain DNS, at port 53 where any does.
  const plain = corefile.servers.flatMap((server) =>
    server.keys
      .filter(isPlainDns)
      .map((key) => ({ server, zone: zoneOf(key), usual: key.endsWith(':53') || !/:\d+$/.test(key) })),
  )
  const asked = plain.some((it) => it.usual) ? plain.filter((it) => it.usual) : plain
  return asked.filter((it) => holds(it.zone, name)).toSorted((a, b) => b.zone.length - a.zone.length)[0]?.server ?? null
}

function holds(zone: string, name: string): boolean {
  return isWithin(bareName(name), zone)
}

function excepted(plugin: CorefilePlugin, name: string): boolean {
  return (plugin.block ?? []).some((it) => it.name === 'except' && it.args.some((zone) => holds(zoneOf(zone), name)))
}

/** What is known of the servers that an outside name is passed on to. */
export interface Upstreams {
  /** null where the Corefile was not read, or where it passes the name on to nobody that is known. */
  readonly forwarding: Forwarding | null
  /** The Corefile was read to its end, and nothing in it passes this name on. */
  readonly none: boolean
  /** What CoreDNS had of these servers, and of no others; empty where its metrics do not tell. */
  readonly windows: readonly UpstreamWindow[]
  /**
   * Those that may be to blame, as a reader knows them: never one of which CoreDNS's own counters say that it answers,
   * unless they say so of all; empty where nobody can be named.
   */
  readonly blamed: readonly string[]
}

export function upstreamsOf(
  dns: ClusterDns,
  name: string,
  windows: Known<readonly CoreDnsWindow[]>,
  logs: Known<readonly DnsServerLog[]>,
): Upstreams {
  if (!dns.corefile.known) return { forwarding: null, none: false, windows: all(windows), blamed: sickOf(all(windows)) }
  const corefile = parseCorefile(dns.corefile.value)
  const forwarding = forwardingOf(corefile, name)
  const imports =
    corefile.cutOff ||
    corefile.imports.length > 0 ||
    corefile.servers.some((it) => it.plugins.some((one) => one.name === 'import'))
  if (forwarding === null)
    return { forwarding, none: !imports && corefile.problems.length === 0, windows: [], blamed: [] }
  const its = windowsOf(corefile, forwarding, all(windows))
  return { forwarding, none: false, windows: its, blamed: blamedOf(forwarding, its, silentIn(ofServers(dns, logs))) }
}

/** A cache of a node that waits for CoreDNS says so in the same words. */
function ofServers({ nodeCaches }: ClusterDns, logs: Known<readonly DnsServerLog[]>): Known<readonly DnsServerLog[]> {
  const caches = new Set(nodeCaches.map((it) => it.name))
  return mapKnown(logs, (its) => its.filter((it) => !caches.has(it.pod)))
}

function all(windows: Known<readonly CoreDnsWindow[]>): readonly UpstreamWindow[] {
  return (windows.known ? windows.value : []).flatMap((it) => it.upstreams ?? [])
}

/** The counters of its addresses; where it has a file or a name, those too that no other line of the Corefile owns. */
function windowsOf(
  corefile: Corefile,
  { plugin, to }: Forwarding,
  counted: readonly UpstreamWindow[],
): readonly UpstreamWindow[] {
  const own = new Set(to.map(targetOf))
  const others = new Set(
    forwardings(corefile)
      .filter((it) => it.plugin !== plugin)
      .flatMap((it) => it.to.map(targetOf)),
  )
  const open = to.some((it) => it.kind !== 'address')
  return counted.filter((it) => own.has(bare(it.to)) || (open && !others.has(bare(it.to))))
}

/** `192.0.2.53:53`, as the label `to` of CoreDNS's metrics has it; none for what is no address. */
function targetOf(of: UpstreamAddress): string | null {
  if (of.kind !== 'address') return null
  return isIpv6(of.ip) ? `[${of.ip}]:${of.port}` : `${of.ip}:${of.port}`
}

function bare(to: string): string {
  return to.replace(/^\w+:\/\//, '')
}

function blamedOf(
  { to }: Forwarding,
  windows: readonly UpstreamWindow[],
  silent: ReadonlySet<string>,
): readonly string[] {
  const sick = new Set([...sickOf(windows), ...(windows.length === 0 ? silent : [])])
  const well = new Set(windows.filter(isWell).map((it) => bare(it.to)))
  const unwell = (it: UpstreamAddress): boolean => !well.has(targetOf(it) ?? '')
  const named = to.filter((it) => it.kind === 'address' && sick.has(nameOf(targetOf(it) ?? '')))
  const fromFiles = [...sick].filter((it) => !to.some((one) => nameOf(targetOf(one) ?? '') === it))
  if (named.length > 0 || fromFiles.length > 0)
    return [...new Set([...named.map(({ written }) => written), ...fromFiles])]
  const left = to.filter((it) => it.kind !== 'unknown' && unwell(it))
  return [...new Set((left.length > 0 ? left : to.filter((it) => it.kind !== 'unknown')).map(({ written }) => written))]
}

/** Addresses that were asked and gave no good answer, as counted. */
function sickOf(windows: readonly UpstreamWindow[]): readonly string[] {
  const targets = Map.groupBy(windows, (it) => bare(it.to))
  return [...targets].filter(([, its]) => its.some((it) => it.sent > 0) && !its.every(isWell)).map(([to]) => nameOf(to))
}

/** Half a second is too long for a resolver nearby. */
const slowSeconds = 0.5

/** What it answered, nine in ten of what it was sent, not with errors, and in good time. */
function isWell({ sent, answers, seconds }: UpstreamWindow): boolean {
  const counts = Object.entries(answers)
  const answered = counts.reduce((sum, [, n]) => sum + n, 0)
  const good = counts.reduce((sum, [rcode, n]) => sum + (rcode === 'NOERROR' || rcode === 'NXDOMAIN' ? n : 0), 0)
  return answered > 0 && answered >= sent * 0.9 && good >= answered * 0.5 && seconds < answered * slowSeconds
}

/** `192.0.2.53` for the port of DNS, as people write it. */
function nameOf(target: string): string {
  return target.replace(/^\[(.*)\]:53$/, '$1').replace(/^([^:[]*):53$/, '$1')
}

/** The servers that the logs say gave no answer: `read udp 10.2.0.7:4711->192.0.2.53:53: i/o timeout`. */
function silentIn(logs: Known<readonly DnsServerLog[]>): ReadonlySet<string> {
  const said = (logs.known ? logs.value : [])
    .filter((it) => it.run === 'now')
    .flatMap((it) => it.signs.filter(({ kind }) => kind === 'io-timeout').map((sign) => sign.said))
  return new Set(said.flatMap((it) => /->(\S+): i\/o timeout/.exec(it)?.[1] ?? []).map(nameOf))
}
