import type { Container, Pod } from '../../model/pod.ts'

export type Mesh = 'Istio' | 'Linkerd'

const sidecars: Readonly<Record<string, Mesh>> = { 'istio-proxy': 'Istio', 'linkerd-proxy': 'Linkerd' }

/** By the names that the injectors give to their containers. */
export function isSidecar({ name }: Container): boolean {
  return Object.hasOwn(sidecars, name)
}

const redirecting: ReadonlySet<string> = new Set(['consul-dataplane', 'envoy-sidecar', 'kuma-sidecar'])

/** Whether a proxy takes what comes in, and hands it on by loopback: of Consul and Kuma as well. */
export function comesByLoopback(pod: Pod): boolean {
  return meshOf(pod) !== null || pod.containers.some(({ name }) => redirecting.has(name))
}

export function meshOf({ containers }: Pod): Mesh | null {
  const found = containers.find(isSidecar)
  return found === undefined ? null : (sidecars[found.name] ?? null)
}
