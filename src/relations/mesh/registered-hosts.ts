import type { Mesh } from '../../model/mesh.ts'
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
