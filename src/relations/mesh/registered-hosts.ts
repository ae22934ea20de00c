import type { Mesh } from '../../model/mesh.ts'
import { full } from '../../phrases.ts'
import { asIpAddress } from '../../wire/dns-name.ts'
import { hostTakes } from './mesh-hosts.ts'

/** Endings that no host of the internet has: what bears one is the cluster's, or the machines' own. */
const inside = /(?:^|\.)(?:svc|local|localhost|internal|lan|home|corp|test|invalid|example)$|\.svc\./

const usualEnding = /^[^.]+\.(?:ai|app|cloud|com|de|dev|eu|fr|io|net|nl|org|uk)$/

/** A whole name of the internet, without a dot at its end; null for a name that may be of the cluster, and none. */
export function outsideHost(host: string): string | null {
  const plain = host.toLowerCase().replace(/\.$/, '')
  if (isIP(plain)) return plain
  // `cart.shop` is a Service's short name: what has three labels, or an ending that no namespace bears, is none.
  const isShort = plain.split('.').length < 3 && !usualEnding.test(plain)
  return isShort || inside.test(plain) ? null : plain
}

export function isIP(host: string): boolean {
  return asIpAddress(host) !== null
}

/** By a ServiceEntry, in whatever namespace: who may see it is not judged. */
export function isRegistered(mesh: Mesh, host: string): boolean {
  return mesh.serviceEntries.some((entry) => entry.hosts.some((it) => hostTakes(it, host)))
}

/** What the proxies of a namespace know of a host outside. */
export type Registered =
  | { readonly is: 'known' }
  | { readonly is: 'unknown' }
  /** It has other ports alone. */
  | { readonly is: 'no-port'; readonly entry: string; readonly ports: readonly number[] }
  /** It is for other namespaces. */
  | { readonly is: 'hidden'; readonly entry: string }

interface Asked {
  readonly host: string
  /** null: not said. */
  readonly port: number | null
  /** The caller's namespace. */
  readonly from: string
}

/** By its ServiceEntries (networking/v1 service_entry.proto, `ports` and `exportTo`). */
export function registered({ serviceEntries }: Mesh, { host, port, from }: Asked): Registered {
  const its = serviceEntries.filter((entry) => entry.hosts.some((it) => hostTakes(it, host)))
  const seen = its.filter((it) => isExported(it.exportTo, it.namespace, from))
  const [first, other] = [its[0], seen[0]]
  if (first === undefined) return { is: 'unknown' }
  if (other === undefined) return { is: 'hidden', entry: full(first) }
  if (port === null || seen.some(({ ports }) => ports === undefined || ports.length === 0 || ports.includes(port)))
    return { is: 'known' }
  return { is: 'no-port', entry: full(other), ports: seen.flatMap((it) => it.ports ?? []) }
}

/** `.` is its own namespace, `*` every one, `~` none; without any word, what the mesh says, usually every one. */
export function isExported(exportTo: readonly string[] | undefined, home: string, to: string): boolean {
  if (exportTo === undefined || exportTo.length === 0) return true
  return exportTo.some((it) => it === '*' || it === to || (it === '.' && home === to))
}
