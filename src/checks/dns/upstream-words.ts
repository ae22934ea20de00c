import type { Upstreams } from '../../relations/dns/upstream-servers.ts'
import { askByHand, upstreamAddress } from '../../wire/upstream-address.ts'

interface Blaming {
  readonly upstream: readonly string[]
}

/** Whom a finding blames; empty where no one is known. */
export function upstreamArgs({ blamed }: Upstreams): Blaming {
  return { upstream: blamed }
}

/** `upstream 192.0.2.53`, `upstreams a and b`, or plain `upstream`: a file is no server, it names some. */
export function upstreamWords({ upstream: names }: Blaming): string {
  const [first] = names
  if (first === undefined) return 'upstream'
  if (names.length === 1)
    return first.startsWith('/') ? `upstream (the servers in its node's ${first})` : `upstream ${first}`
  return `upstreams ${names.map((it) => (it.startsWith('/') ? `those in its node's ${it}` : it)).join(' and ')}`
}

/** The verb to `upstreamWords`. */
export function verb({ upstream }: Blaming, one: string, several: string): string {
  return upstream.length > 1 ? several : one
}

/** The name to ask for by hand: the one that failed, without the label that the probe puts before it. */
export function byHand(name: string | null): string {
  const bare = (name ?? '').replace(/\.$/, '').replace(/^hopscope-[^.]*\./, '')
  return bare.includes('.') && /^[\w.-]+$/.test(bare) ? bare : 'example.com'
}

/** What asks each of them by hand, as it can be pasted into a shell on a node of CoreDNS. */
export function askUpstream({ upstream }: Blaming, name = 'example.com'): readonly string[] {
  return upstream.flatMap((it) => askByHand(upstreamAddress(it), name) ?? [])
}
