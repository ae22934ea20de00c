import type { ClusterDns } from '../model/cluster-dns.ts'
import type { CoreDnsWindow } from '../model/counters.ts'
import type { Known } from '../model/known.ts'
import { corefileVersionText } from '../wire/corefile-version.ts'
import { sha512 } from '../wire/sha512.ts'
import { isLive } from './service-selects-pod.ts'

/** Whether the DNS servers run the very text that the ConfigMap holds now: a text that runs is one that was not refused. */
export type Running =
  | { readonly kind: 'this-text'; readonly servers: number }
  /** Those named run another one; a text that was edited, or made anonymous, since then is another one too. */
  | { readonly kind: 'another'; readonly pods: readonly string[] }
  | { readonly kind: 'unknown' }

export function runningCorefile(dns: ClusterDns, text: string, windows: Known<readonly CoreDnsWindow[]>): Running {
  const live = dns.pods.filter(isLive)
  const told = new Map((windows.known ? windows.value : []).map((it) => [it.pod, it.config]))
  const version = corefileVersionText(text, 'none')
  const strict = corefileVersionText(text) !== null
  if (version === null || live.length === 0) return { kind: 'unknown' }
  const hash = sha512(version)
  const others = live.filter((it) => (told.get(it.name) ?? hash) !== hash)
  if (others.length > 0) return strict ? { kind: 'another', pods: others.map((it) => it.name) } : { kind: 'unknown' }
  return live.every((it) => told.get(it.name) === hash) ? { kind: 'this-text', servers: live.length } : { kind: 'unknown' }
}
