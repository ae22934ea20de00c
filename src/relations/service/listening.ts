import type { InsideView, Listener } from '../../model/inside.ts'
import type { Known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import { isIpv6, isLoopback } from '../../wire/ip-family.ts'

/**
 * Who listens on a port of a pod, by what stands in it. `loopback`: a process that only the pod itself reaches.
 * `elsewhere`: other ports are open to all, and this one is not.
 */
export type Listening =
  | { readonly kind: 'open' }
  | { readonly kind: 'loopback'; readonly ip: string }
  /**
   * Open for the other family of addresses alone: a socket of `::` takes IPv4 unless it was told not to. `isSure`: a
   * connect in the pod itself was refused as well, or the socket is of IPv4; else who refuses may be another one, such
   * as a second pod of that address.
   */
  | { readonly kind: 'other-family'; readonly ip: string; readonly isSure: boolean }
  | { readonly kind: 'elsewhere'; readonly ports: readonly number[] }
  | { readonly kind: 'nowhere' }
  | { readonly kind: 'unknown' }

/** A pod on the node's network shows the node's ports, which say nothing of it. */
export function listeningOn(
  /** `refusedAt`: an address of the pod at which connects were refused, so that nobody there listens for its family. */
  { port, refusedAt }: { readonly port: number; readonly refusedAt: string | null },
  pod: Pod | undefined,
  views: Known<readonly InsideView[]>,
): Listening {
  if (pod === undefined || pod.hostNetwork || !views.known) return { kind: 'unknown' }
  // Containers share them: they stand in one of the pod's views.
  const all: readonly Listener[] | undefined = views.value.flatMap(({ listeners, ...it }) =>
    it.namespace === pod.namespace && it.pod === pod.name && listeners?.known === true ? [listeners.value] : [],
  )[0]
  if (all === undefined) return { kind: 'unknown' }
  const here = all.filter((it) => it.port === port)
  const others = here.filter((it) => !isLoopback(it.ip))
  const [first] = others
  const isOther = refusedAt !== null && others.every((it) => isIpv6(it.ip) !== isIpv6(refusedAt))
  if (first !== undefined && isOther && others.every((it) => it.v4 !== 'open'))
    return { kind: 'other-family', ip: first.ip, isSure: others.every((it) => !isIpv6(it.ip) || it.v4 === 'refused') }
  if (first !== undefined) return { kind: 'open' }
  const [local] = here
  if (local !== undefined) return { kind: 'loopback', ip: local.ip }
  const ports = [...new Set(all.filter((it) => !isLoopback(it.ip)).map((it) => it.port))]
  return ports.length === 0 ? { kind: 'nowhere' } : { kind: 'elsewhere', ports }
}
