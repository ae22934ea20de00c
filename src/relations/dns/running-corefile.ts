import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { CoreDnsWindow } from '../../model/counters.ts'
import type { Known } from '../../model/known.ts'
import type { DnsServerLog } from '../../model/server-log.ts'
import { corefileVersionText } from '../../wire/corefile-version.ts'
import { sha512 } from '../../wire/sha512.ts'
import { once, put } from '../once.ts'
import { isLive } from '../service/service-selects-pod.ts'

/**
 * Whether the DNS servers run the very text that the ConfigMap holds now: a text that runs is one that was not refused,
 * so that one server which says so is enough, as long as no other says otherwise.
 */
export type Running =
  | { readonly kind: 'this-text'; readonly servers: number }
  /** Those named run another one; a text that was made anonymous since then is another one too. */
  | { readonly kind: 'another'; readonly pods: readonly string[] }
  | { readonly kind: 'unknown' }

/** By text; a hundred thousand steps each. */
const hashes = once<ClusterDns, Map<string, string>>(() => new Map())

export function runningCorefile(
  dns: ClusterDns,
  text: string,
  windows: Known<readonly CoreDnsWindow[]>,
  logs: Known<readonly DnsServerLog[]>,
): Running {
  const live = dns.pods.filter(isLive)
  const started = (logs.known ? logs.value : []).flatMap((it) =>
    it.run === 'now' && it.config !== undefined ? [[it.pod, it.config] as const] : [],
  )
  const loaded = (windows.known ? windows.value : []).flatMap((it) =>
    it.config === undefined ? [] : [[it.pod, it.config] as const],
  )
  // What a server says that it loaded is newer than what it said at its start.
  const told = new Map([...started, ...loaded])
  const version = corefileVersionText(text, 'none')
  const strict = corefileVersionText(text) !== null
  if (version === null || live.length === 0) return { kind: 'unknown' }
  const hash = put(hashes(dns), version, () => sha512(version))
  const others = live.filter((it) => (told.get(it.name) ?? hash) !== hash)
  if (others.length > 0) return strict ? { kind: 'another', pods: others.map((it) => it.name) } : { kind: 'unknown' }
  const running = live.filter((it) => told.get(it.name) === hash).length
  return running > 0 ? { kind: 'this-text', servers: running } : { kind: 'unknown' }
}
