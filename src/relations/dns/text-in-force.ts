import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { CoreDnsWindow } from '../../model/counters.ts'
import { type Known, known, unknown } from '../../model/known.ts'
import type { DnsServerLog } from '../../model/server-log.ts'
import type { Model } from '../../model/sources.ts'
import { isLive } from '../service/service-selects-pod.ts'
import { askedCorefile } from './asked-blocks.ts'
import { runningCorefile } from './running-corefile.ts'

/**
 * Whether the DNS servers go by the Corefile that was read: a ConfigMap comes to a server a minute later, and without
 * the plugin `reload` never. `partly`: some do, or one that does not is on its way out or in. `unknown`: it was not
 * read, or no server tells what it runs; an old recording, whose hashes may have been made others since, tells it
 * neither.
 */
export type InForce = 'yes' | 'no' | 'partly' | 'unknown'

export function textInForce(
  dns: ClusterDns,
  windows: Known<readonly CoreDnsWindow[]>,
  logs: Known<readonly DnsServerLog[]>,
): InForce {
  if (!dns.corefile.known) return 'unknown'
  const running = runningCorefile(dns, dns.corefile.value, windows, logs)
  if (running.kind === 'this-text') return 'yes'
  if (running.kind === 'unknown' || dns.corefileHash === undefined) return 'unknown'
  const others = new Set(running.pods)
  return dns.pods.every((it) => it.ready && isLive(it) && others.has(it.name)) ? 'no' : 'partly'
}

/**
 * Why a server may say one thing to one client and another to the next, or null where it can't: a plugin by which
 * CoreDNS does so itself, or a text of which nobody knows that it is the one that runs.
 */
export type ByWhoAsks =
  | { readonly kind: 'plugin'; readonly plugin: 'acl' | 'view' }
  | { readonly kind: 'other-text' }
  | { readonly kind: 'unread' }
  | { readonly kind: 'unsaid' }

export function byWhoAsks(
  dns: ClusterDns,
  windows: Known<readonly CoreDnsWindow[]>,
  logs: Known<readonly DnsServerLog[]>,
): ByWhoAsks | null {
  if (!dns.corefile.known) return { kind: 'unread' }
  const inForce = textInForce(dns, windows, logs)
  if (inForce === 'no') return { kind: 'other-text' }
  const plugins = askedCorefile(dns.corefile.value, dns).servers.flatMap((it) => it.plugins.map((one) => one.name))
  const plugin = (['acl', 'view'] as const).find((it) => plugins.includes(it))
  if (plugin !== undefined) return { kind: 'plugin', plugin }
  if (inForce === 'partly') return { kind: 'other-text' }
  return inForce === 'yes' ? null : { kind: 'unsaid' }
}

/**
 * The model as checks may read it that reason from lines of the Corefile: one of which the servers are known to run
 * another tells nothing of what they do.
 */
export function withoutTextNotInForce(model: Model): Model {
  const { clusterDns, coreDnsWindows, dnsServerLogs } = model.sources
  if (!clusterDns.known || textInForce(clusterDns.value, coreDnsWindows, dnsServerLogs) !== 'no') return model
  const corefile = unknown('failed', 'not the one in force, all DNS servers run another than is stored')
  return { ...model, sources: { ...model.sources, clusterDns: known({ ...clusterDns.value, corefile }) } }
}
