import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { CoreDnsWindow } from '../../model/counters.ts'
import type { Known } from '../../model/known.ts'
import type { DnsServerLog } from '../../model/server-log.ts'
import { corefileVersionText } from '../../wire/corefile-version.ts'
import { sha512 } from '../../wire/sha512.ts'
import { mask } from '../../wire/secrets.ts'
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
  /** `silent`: no server says. Else the text alone does not tell what a server makes of it. */
  | { readonly kind: 'unknown'; readonly why: 'silent' | 'variables' | 'imports' | 'words taken out' | 'unparsable' }

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
    it.run === 'now' && isTold(it.config) ? [[it.pod, it.config] as const] : [],
  )
  const loaded = (windows.known ? windows.value : []).flatMap((it) =>
    isTold(it.config) ? [[it.pod, it.config] as const] : [],
  )
  // What a server says that it loaded is newer than what it said at its start.
  const told = new Map([...started, ...loaded])
  const strict = corefileVersionText(text) !== null
  const hash = hashOf(dns, text)
  const heard = live.filter((it) => told.has(it.name))
  if (hash === null) return { kind: 'unknown', why: heard.length === 0 ? 'silent' : whyNone(text) }
  const held = heard.filter((it) => isSealed(told.get(it.name) ?? '') === isSealed(hash))
  const others = held.filter((it) => told.get(it.name) !== hash)
  if (others.length > 0)
    return strict ? { kind: 'another', pods: others.map((it) => it.name) } : { kind: 'unknown', why: 'imports' }
  return held.length > 0 ? { kind: 'this-text', servers: held.length } : { kind: 'unknown', why: 'silent' }
}

/** An older hopscope took the hash for a secret, and it out of the file. */
function isTold(config: string | undefined): config is string {
  return config !== undefined && !config.includes(mask)
}

/** What stands for a hash (src/kube/sealed-hash.ts) is held to its like alone; old recordings have the hash itself. */
function isSealed(hash: string): boolean {
  return hash.length === 64
}

/** As it was read; else of what is kept, where that is all of it. Comments do not count. */
function hashOf(dns: ClusterDns, text: string): string | null {
  if (dns.corefileHash !== undefined) return dns.corefileHash
  const version = corefileVersionText(text, 'none')
  if (version === null || version.includes(mask)) return null
  return put(hashes(dns), version, () => sha512(version))
}

function whyNone(text: string): Extract<Running, { kind: 'unknown' }>['why'] {
  const version = corefileVersionText(text, 'none')
  if (version?.includes(mask) === true) return 'words taken out'
  if (/\{[$%]/.test(text)) return 'variables'
  return /^[^\S\n]*import\s/m.test(text) ? 'imports' : 'unparsable'
}
