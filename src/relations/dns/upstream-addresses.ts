import type { CoreDnsWindow } from '../../model/counters.ts'
import type { InsideView } from '../../model/inside.ts'
import type { Known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { DnsServerLog } from '../../model/server-log.ts'
import type { Corefile } from '../../wire/corefile.ts'
import { parseResolvConf } from '../../wire/resolv-conf.ts'
import { insidePods } from './inside-pods.ts'
import { forwardings } from './upstream-servers.ts'

/** A server that CoreDNS forwards to, and where that is known from. */
export interface KnownUpstream {
  readonly ip: string
  readonly port: number
  readonly from: 'corefile' | 'metrics' | 'log' | 'resolv-conf' | 'kubelet'
}

interface Witnesses {
  readonly coreDnsWindows: Known<readonly CoreDnsWindow[]>
  readonly dnsServerLogs: Known<readonly DnsServerLog[]>
  readonly insideViews: Known<readonly InsideView[]>
  readonly pods: Known<readonly Pod[]>
}

/**
 * Those that the Corefile names; where it names a file, which stands in CoreDNS's container and is its node's, those
 * that CoreDNS counts or complains of, those of pods that were looked into and have the file of their node, and those
 * that a kubelet names when it can't pull an image.
 */
export function knownUpstreams(corefile: Corefile, seen: Witnesses): readonly KnownUpstream[] {
  const named = forwardings(corefile).flatMap(({ to }) =>
    to.flatMap((it): readonly KnownUpstream[] =>
      it.kind === 'address' ? [{ ip: it.ip.toLowerCase(), port: it.port, from: 'corefile' }] : [],
    ),
  )
  const all = forwardsToFile(corefile) ? [...named, ...inFiles(seen)] : named
  return all.filter((it, at) => all.findIndex((one) => one.ip === it.ip && one.port === it.port) === at)
}

export function forwardsToFile(corefile: Corefile): boolean {
  return forwardings(corefile).some(({ to }) => to.some((it) => it.kind === 'file'))
}

function inFiles({ coreDnsWindows, dnsServerLogs, insideViews, pods }: Witnesses): readonly KnownUpstream[] {
  const counted = (coreDnsWindows.known ? coreDnsWindows.value : []).flatMap((it) => it.upstreams ?? [])
  const said = (dnsServerLogs.known ? dnsServerLogs.value : [])
    .filter((it) => it.run === 'now')
    .flatMap((it) => it.signs.filter(({ kind }) => kind === 'io-timeout').map((sign) => sign.said))
  const running = pods.known ? pods.value : []
  const looked = insideViews.known ? insidePods(running, insideViews.value) : []
  const pulled = running.flatMap((it) => it.containers.flatMap((one) => one.pullLookup?.server ?? []))
  return [
    ...counted.flatMap((it) => endOf(it.to, 'metrics')),
    ...said.flatMap((it) => endOf(/->(\S+): i\/o timeout/.exec(it)?.[1] ?? '', 'log')),
    ...looked
      .filter(({ pod }) => hasFileOfNode(pod))
      .flatMap(({ view }) => (view.resolvConf.known ? parseResolvConf(view.resolvConf.value).nameservers : []))
      .map((ip): KnownUpstream => ({ ip: ip.toLowerCase(), port: 53, from: 'resolv-conf' })),
    ...pulled.flatMap((it) => endOf(it, 'kubelet')),
  ]
}

/** dnsPolicy ClusterFirst on the host's network is Default (kubelet pkg/kubelet/network/dns, getPodDNSType). */
function hasFileOfNode({ dnsPolicy, hostNetwork, resolvConfMount }: Pod): boolean {
  if (resolvConfMount !== undefined) return false
  return dnsPolicy === 'Default' || (hostNetwork && dnsPolicy === 'ClusterFirst')
}

/** `192.0.2.53:53`, `[2001:db8::53]:53`, `tls://192.0.2.53:853`. */
function endOf(text: string, from: KnownUpstream['from']): readonly KnownUpstream[] {
  const [, six, four, port] = /^(?:\w{1,8}:\/\/)?(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+)):(\d{1,5})$/.exec(text) ?? []
  const ip = (six ?? four)?.toLowerCase()
  return ip === undefined ? [] : [{ ip, port: Number(port), from }]
}
