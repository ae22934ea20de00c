import { closest } from '../../closest.ts'
import type { Mesh } from '../../model/mesh.ts'
import type { Service } from '../../model/service.ts'
import type { Scope } from '../../model/sources.ts'
import { mayBeElsewhere } from './mesh-kinds.ts'

/** What a host of a VirtualService, a DestinationRule or a Sidecar leads to. `elsewhere`: not to be told. */
export type MeshHost =
  | { readonly is: 'service'; readonly service: Service }
  | { readonly is: 'entry' }
  | { readonly is: 'elsewhere' }
  /**
   * `near`: the name that was meant, as it must be written. `isGuess`: ServiceEntries were not read, or not all, and
   * one may have it: of the cluster's own domain, in which hardly anybody registers names by hand.
   */
  | { readonly is: 'missing'; readonly near: string | null; readonly isGuess?: true }

export interface MeshAround {
  readonly mesh: Mesh
  readonly services: readonly Service[]
  readonly scope: Pick<Scope, 'namespace'>
  /** The cluster's. */
  readonly domain: string
}

/**
 * A host without a dot is a Service of the object's own namespace; with one it is a whole name and nothing is added to
 * it, so that `cart.shop` is no Service (istio pilot/pkg/model, ResolveShortnameToFQDN).
 */
export function wholeHost(host: string, namespace: string, domain: string): string {
  return host.includes('.') || host === '*' ? host.toLowerCase() : `${host}.${namespace}.svc.${domain}`.toLowerCase()
}

/** Whether the host, as an object of `home` writes it, is one of that namespace. */
export function isHostOf(namespace: string, host: string, home: string, domain: string): boolean {
  return wholeHost(host, home, domain).endsWith(`.${namespace}.svc.${domain}`.toLowerCase())
}

/** `*.example.com` takes `a.b.example.com`, and `*` everything (istio pkg/config/host, Name.Matches). */
export function hostTakes(pattern: string, host: string): boolean {
  const [a, b] = [pattern.toLowerCase(), host.toLowerCase()]
  return a === b || a === '*' || (a.startsWith('*.') && b.endsWith(a.slice(1)))
}

export function meshHosts(around: MeshAround): (host: string, namespace: string) => MeshHost {
  const { mesh, services, scope, domain } = around
  const byHost = new Map(services.map((it) => [wholeHost(it.name, it.namespace, domain), it]))
  const entries = mesh.serviceEntries.flatMap((it) => it.hosts)
  return (host, namespace) => {
    const whole = wholeHost(host, namespace, domain)
    const service = byHost.get(whole)
    if (service !== undefined) return { is: 'service', service }
    if (entries.some((it) => hostTakes(it, whole))) return { is: 'entry' }
    const isGuess = mayBeElsewhere(mesh, 'ServiceEntry')
    const suffix = `.svc.${domain}`.toLowerCase()
    const home = whole.endsWith(suffix) ? (whole.slice(0, -suffix.length).split('.')[1] ?? null) : null
    // Of the Multi-Cluster Services API, whatever answers for it (KEP-1645).
    if (whole.endsWith('.clusterset.local')) return { is: 'elsewhere' }
    if (whole.includes('*') || (isGuess && home === null)) return { is: 'elsewhere' }
    // Services of other namespaces were not read.
    if (scope.namespace !== null && home !== scope.namespace) return { is: 'elsewhere' }
    const near = nearHost(whole, home, around)
    return isGuess ? { is: 'missing', near, isGuess } : { is: 'missing', near }
  }
}

/** `cart.shop` and `cart.shop.svc` are meant for a Service that is there; else one of nearly that name. */
function nearHost(whole: string, home: string | null, { services, domain }: MeshAround): string | null {
  const [name = '', namespace = ''] = whole.split('.')
  const meant = services.find((it) => it.name === name && it.namespace === namespace)
  if (meant !== undefined) return wholeHost(meant.name, meant.namespace, domain)
  const [near] = closest(
    name,
    services.filter((it) => home === null || it.namespace === home).map((it) => it.name),
    1,
  )
  const found =
    services.find((it) => it.name === near && (home === null || it.namespace === home)) ?? onlyOne(name, services)
  return found === undefined ? null : wholeHost(found.name, found.namespace, domain)
}

/** `web` of another namespace than the object's own, where no other has one of that name. */
function onlyOne(name: string, services: readonly Service[]): Service | undefined {
  const [one, ...more] = services.filter((it) => it.name === name)
  return more.length > 0 ? undefined : one
}
