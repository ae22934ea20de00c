import type { Args } from '../../findings/verdict.ts'
import type { Upstreams } from '../../relations/dns/upstream-servers.ts'
import { askByHand, upstreamAddress } from '../../wire/upstream-address.ts'

const between = ' and '

/** Whom a finding blames; no name where none is known. */
export function upstreamArgs({ blamed }: Upstreams): { readonly upstream: string; readonly upstreams: number } {
  return { upstream: blamed.join(between), upstreams: blamed.length }
}

function namesIn(args: Args): readonly string[] {
  const all = String(args.upstream ?? '')
  return all === '' ? [] : all.split(between)
}

/** `upstream 192.0.2.53`, `upstreams a and b`, or plain `upstream`: a file is no server, it names some. */
export function upstreamWords(args: Args): string {
  const names = namesIn(args)
  const [first] = names
  if (first === undefined) return 'upstream'
  if (names.length === 1)
    return first.startsWith('/') ? `upstream (the servers in its node's ${first})` : `upstream ${first}`
  return `upstreams ${names.map((it) => (it.startsWith('/') ? `those in its node's ${it}` : it)).join(between)}`
}

/** The verb to `upstreamWords`. */
export function verb(args: Args, one: string, several: string): string {
  return namesIn(args).length > 1 ? several : one
}

/** What asks each of them by hand, as it can be pasted into a shell on a node of CoreDNS. */
export function askUpstream(args: Args, name = 'example.com'): readonly string[] {
  return namesIn(args).flatMap((it) => askByHand(upstreamAddress(it), name) ?? [])
}
