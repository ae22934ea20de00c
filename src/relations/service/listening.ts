import type { InsideView, Listener } from '../../model/inside.ts'
import type { Known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import { isLoopback } from '../../wire/ip-family.ts'

/**
 * Who listens on a port of a pod, by what stands in it. `loopback`: a process that only the pod itself reaches.
 * `elsewhere`: other ports are open to all, and this one is not.
 */
export type Listening =
  | { readonly kind: 'open' }
  | { readonly kind: 'loopback'; readonly ip: string }
  | { readonly kind: 'elsewhere'; readonly ports: readonly number[] }
  | { readonly kind: 'nowhere' }
  | { readonly kind: 'unknown' }

/** A pod on the node's network shows the node's ports, which say nothing of it. */
export function listeningOn(port: number, pod: Pod | undefined, views: Known<readonly InsideView[]>): Listening {
  if (pod === undefined || pod.hostNetwork || !views.known) return { kind: 'unknown' }
  const view = views.value.find((it) => it.namespace === pod.namespace && it.pod === pod.name)
  if (view?.listeners?.known !== true) return { kind: 'unknown' }
  const all: readonly Listener[] = view.listeners.value
  const here = all.filter((it) => it.port === port)
  if (here.some((it) => !isLoopback(it.ip))) return { kind: 'open' }
  const [local] = here
  if (local !== undefined) return { kind: 'loopback', ip: local.ip }
  const ports = [...new Set(all.filter((it) => !isLoopback(it.ip)).map((it) => it.port))]
  return ports.length === 0 ? { kind: 'nowhere' } : { kind: 'elsewhere', ports }
}
