import type { Ingress } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'

/** One `server` of nginx takes the rules of both: their hosts are the same to the letter, or neither has one. */
export function sharesHost(a: Ingress, b: Ingress): boolean {
  const hosts = new Set(a.rules.map(({ host }) => hostOf(host)))
  return b.rules.some(({ host }) => hosts.has(hostOf(host)))
}

/** Those in scope, and those of other namespaces that have a host with them: together they make up the server. */
export function withBeside(ingresses: readonly Ingress[], beside: Known<readonly Ingress[]>): readonly Ingress[] {
  return beside.known && beside.value.length > 0 ? [...ingresses, ...beside.value] : ingresses
}

function hostOf(host: string | null): string {
  return (host ?? '').toLowerCase()
}
