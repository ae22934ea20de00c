import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { CoreDnsWindow } from '../../model/counters.ts'
import type { Known } from '../../model/known.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import type { DnsServerLog } from '../../model/server-log.ts'
import { cacheAddresses } from './node-cache.ts'
import { isClusterFirst } from './pod-resolvers.ts'
import { errorAnswers, outside, outsideFails, upstreamTotals } from './upstream.ts'
import { nameRules } from './rewrite-rules.ts'
import { upstreamsOf } from './upstream-servers.ts'
import { type Signed, signsOf } from './server-log-signs.ts'
import { targetPortIn } from '../service/service-endpoints.ts'
import { isLive } from '../service/service-selects-pod.ts'
import { type CorefilePlugin, type CorefileServer, zoneOf } from '../../wire/corefile.ts'
import { bareName, isWithin } from '../../wire/dns-name.ts'
import { isLoopback } from '../../wire/ip-family.ts'

interface Told {
  readonly dnsServerLogs: Known<readonly DnsServerLog[]>
  readonly dnsProbe: Known<DnsProbe>
  readonly coreDnsWindows: Known<readonly CoreDnsWindow[]>
}

/**
 * So many times what the probe asked of everything: other clients may ask as well, but then their answers are no
 * errors.
 */
const roundTimes = 5

export interface Round extends Loop {
  /** null where no counter tells. */
  readonly sent: number | null
  readonly asked: number | null
}

/**
 * The plugin `loop` asks its own server's upstream for a name that nobody else knows, and sees it come back. Where
 * none of the addresses is CoreDNS's own, one of these servers has sent it: the one that the log names as its source,
 * if any.
 */
export function seenByPlugin(
  dns: ClusterDns,
  forwards: readonly { readonly server: CorefileServer; readonly plugin: CorefilePlugin }[],
  signed: readonly Signed[],
): readonly Round[] {
  if (signed.length === 0) return []
  const said = signed.map(({ sign }) => sign.said).join('\n')
  const zone = /(?:for zone |in )"([^"]*)"/.exec(said)?.[1] ?? '.'
  const own = new Set(dns.pods.flatMap((it) => it.ip ?? []))
  const source = /Loop \(\[?([0-9a-f.:]+?)\]?:\d+ -> /i.exec(said)?.[1] ?? ''
  const its = forwards.filter(({ plugin }) => zoneOf(plugin.args[0] ?? '.') === zoneOf(zone))
  const all = (its.length > 0 ? its : forwards).flatMap(({ server, plugin }) =>
    plugin.args.slice(1).map((to) => ({ server, plugin, to })),
  )
  const from = all.filter((it) => !own.has(source) && address(it.to)?.ip === source)
  const named = from.length > 0 ? from : all
  const to = [...new Set(named.map((it) => it.to))].join(' or ')
  return named
    .slice(0, 1)
    .map((it) => ({ ...it, to, why: 'the plugin `loop` saw its own query come back', sent: null, asked: null }))
}

/**
 * The upstream asks CoreDNS in turn. Queries pile up until max_concurrent refuses them, and that REFUSED or SERVFAIL
 * comes back as the upstream's own answer: a silent upstream gives no answers, and one that refuses gives them at once,
 * so that none pile up.
 */
export function sentBack(dns: ClusterDns, { dnsServerLogs, dnsProbe, coreDnsWindows }: Told): readonly Round[] {
  if (!dnsProbe.known || signsOf(dnsServerLogs, dns.pods, 'too-many-concurrent').length === 0) return []
  const asked = outside(dnsProbe.value)
  const { forwarding, windows, blamed } = upstreamsOf(
    dns,
    asked.series[0]?.name ?? 'example.com.',
    coreDnsWindows,
    dnsServerLogs,
  )
  const totals = upstreamTotals(windows)
  if (forwarding === null || totals === null || !outsideFails(asked)) return []
  const mine = outsideQueries(dnsProbe.value)
  const errors = errorAnswers(totals.answers)
  if (totals.sent < mine * roundTimes || errors < 1 || errors < totals.answered * 0.5) return []
  const to = blamed[0] ?? forwarding.plugin.args[1] ?? ''
  return [
    {
      server: forwarding.server,
      plugin: forwarding.plugin,
      to,
      why: 'what is sent there comes back',
      sent: totals.sent,
      asked: mine,
    },
  ]
}

/** What the probe itself asked for outside names, repeats and both types: names of the cluster do not go upstream. */
function outsideQueries(probe: DnsProbe): number {
  return probe.series
    .filter((it) => it.zone === 'external')
    .flatMap((it) => it.lookups)
    .reduce((sum, it) => sum + 2 * (1 + it.retries), 0)
}

/** The servers of a file are those of the node, which nobody shows us; the plugin `loop` has seen where they lead. */
export function leadsBackUnseen(server: CorefileServer, plugin: CorefilePlugin): readonly Loop[] {
  return plugin.args
    .slice(1)
    .filter((to) => to.startsWith('/'))
    .map((to) => ({ server, plugin, to, why: 'a server that it names leads back here' }))
}

export interface Loop {
  readonly server: CorefileServer
  readonly plugin: CorefilePlugin
  readonly to: string
  readonly why: string
}

/** Only plain DNS to the port that this very block listens on: a sidecar on another port is somebody else. */
export function leadsBack(dns: ClusterDns, server: CorefileServer, plugin: CorefilePlugin): readonly Loop[] {
  const listens = server.keys
    .filter((it) => !/^(?:tls|grpc|https|quic):\/\//.test(it))
    .map((it) => Number(/:(\d+)$/.exec(it)?.[1] ?? 53))
  const onHost = dns.pods.some((it) => it.hostNetwork)
  const pods = dns.pods.filter(isLive)
  const behind = servicePort(dns)
  const caches = cacheAddresses(dns)
  // Under another name it comes to another block: whether that leads back, the text of this one does not tell.
  if (isRenamed(server)) return []
  return plugin.args.slice(1).flatMap((to) => {
    const at = address(to)
    const back = (why: string): readonly Loop[] => [{ server, plugin, to, why }]
    // The plugin `loop` would not have let one start.
    const isSafe = server.plugins.some((it) => it.name === 'loop') && pods.some((it) => it.ready)
    if (at === null) return !isSafe && handsItself(dns, to) && listens.includes(53) ? back(ownResolvConf) : []
    const isHeard = !onHost && listens.includes(at.port)
    if (isHeard && isLoopback(at.ip)) return back("the pod's own loopback")
    if (at.ip === dns.service?.clusterIP && at.port === 53 && behind !== null && listens.includes(behind))
      return back("the DNS Service's own address")
    if (at.port === 53 && caches.includes(at.ip)) return back('the DNS cache of the nodes, which asks CoreDNS in turn')
    return isHeard && pods.some((it) => it.ip === at.ip) ? back('a DNS server of this cluster') : []
  })
}

/** A block of some zones that makes names of elsewhere of those that it is asked for. */
function isRenamed(server: CorefileServer): boolean {
  const zones = server.keys.map(zoneOf)
  if (zones.length === 0 || zones.includes('')) return false
  return nameRules({ servers: [server], imports: [], problems: [], cutOff: false }).some(({ to }) => {
    const name = bareName(to).replace(/^\./, '')
    return !zones.some((it) => isWithin(name, it))
  })
}

export const ownResolvConf = "its pods' dnsPolicy is for pods that ask the cluster: that file names the DNS Service"

/**
 * The kubelet writes this file for each of the servers, as for any pod: with ClusterFirst its nameserver is the
 * cluster's own DNS, or with None the one that the spec names.
 */
function handsItself({ pods, service, handedOut }: ClusterDns, to: string): boolean {
  const vip = service?.clusterIP ?? null
  const live = pods.filter(isLive)
  if (to !== '/etc/resolv.conf' || vip === null || live.length === 0) return false
  const handed = handedOut?.known === true && handedOut.value.length > 0 ? handedOut.value : [vip]
  return live.every((pod) => {
    if (pod.resolvConfMount !== undefined) return false
    if (pod.dnsPolicy === 'None') return (pod.dnsConfig?.nameservers ?? []).includes(vip)
    return isClusterFirst(pod) && handed.includes(vip)
  })
}

function servicePort(dns: ClusterDns): number | null {
  const port = dns.service?.ports.find((it) => it.port === 53 && it.protocol === 'UDP')
  const pod = dns.pods.find(isLive)
  if (port === undefined) return null
  if (typeof port.targetPort === 'number') return port.targetPort
  return pod === undefined ? null : targetPortIn(pod, port)
}

/**
 * `dns://10.0.0.2:53`, `10.0.0.2`, `[::1]:53`, `::1`; null for files, and for TLS, which CoreDNS speaks on other ports.
 */
function address(to: string): { readonly ip: string; readonly port: number } | null {
  const [, bare = ''] = /^(?:dns:\/\/)?([^/]+)$/.exec(to) ?? []
  const bracketed = /^\[([0-9a-f:]+)\](?::(\d+))?$/i.exec(bare)
  if (bracketed !== null) return { ip: bracketed[1] ?? '', port: Number(bracketed[2] ?? 53) }
  const v4 = /^(\d+\.\d+\.\d+\.\d+)(?::(\d+))?$/.exec(bare)
  if (v4 !== null) return { ip: v4[1] ?? '', port: Number(v4[2] ?? 53) }
  return /^[0-9a-f:]*:[0-9a-f:]*$/i.test(bare) ? { ip: bare, port: 53 } : null
}
