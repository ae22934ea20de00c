import type { NamedElsewhere } from '../model/cluster-dns.ts'
import { type Known, known } from '../model/known.ts'
import type { EndpointSlice, Service } from '../model/service.ts'
import { youngestOf } from '../relations/service/youngest.ts'
import type { InScope } from './in-scope.ts'

/** Of each kind; a headless one costs a read of its endpoints. */
const most = 6
/** One of them may be the fault: those that are left are told of. */
const mostClaiming = 20

/**
 * A few Services outside of the namespace in scope, for whoever asks about the DNS of the cluster: whether its names
 * are served is no question of one namespace. First the youngest, which a server that hears of no changes lacks; then
 * namespaces in turn, in the order of their names.
 */
export async function namedElsewhere(inScope: InScope, scope: string): Promise<Known<NamedElsewhere>> {
  const [all, claims] = await Promise.all([inScope.allServices(), claimingElsewhere(inScope, scope)])
  if (!all.known) return all
  if (!claims.known) return claims
  const others = all.value.filter((it) => it.namespace !== scope)
  const headless = inTurn(others.filter((it) => it.clusterIP === 'None')).slice(0, most)
  const addressed = others.filter(hasAddress)
  const own = [...new Set([...youngestOf(addressed), ...inTurn(addressed)])].slice(0, most)
  const slices = await slicesOfAll(inScope, headless)
  return slices.known
    ? known({ ...claims.value, services: [...headless, ...own], slices: [...slices.value, ...claims.value.slices] })
    : slices
}

/** Those that take an address which may be a DNS server's, from whatever namespace: that touches every pod. */
export async function claimingElsewhere(inScope: InScope, scope: string): Promise<Known<NamedElsewhere>> {
  const all = await inScope.allServices()
  if (!all.known) return all
  const found = all.value.filter((it) => it.namespace !== scope && claimsAddress(it))
  const claiming = found.slice(0, mostClaiming)
  const left = found.length - claiming.length
  const slices = await slicesOfAll(inScope, claiming)
  return slices.known
    ? known({ services: [], claiming, ...(left === 0 ? {} : { claimingLeft: left }), slices: slices.value })
    : slices
}

async function slicesOfAll(inScope: InScope, services: readonly Service[]): Promise<Known<readonly EndpointSlice[]>> {
  const each = await Promise.all(services.map((it) => inScope.slicesOf(it.namespace, it.name)))
  const unread = each.find((it) => !it.known)
  return unread !== undefined && !unread.known ? unread : known(each.flatMap((it) => (it.known ? it.value : [])))
}

/** kube-proxy takes what goes there: it may be a DNS server's address. */
function claimsAddress({ ports, externalIPs, loadBalancer }: Service): boolean {
  const addresses = [...(externalIPs ?? []), ...(loadBalancer?.addresses ?? [])]
  return addresses.length > 0 && ports.some((it) => it.port === 53)
}

function hasAddress({ type, clusterIP }: Service): boolean {
  return type !== 'ExternalName' && clusterIP !== null && clusterIP !== '' && clusterIP !== 'None'
}

function inTurn(services: readonly Service[]): readonly Service[] {
  return [...Map.groupBy(services, (it) => it.namespace).values()]
    .flatMap((its) => its.map((it, turn) => ({ it, turn })))
    .toSorted((a, b) => a.turn - b.turn)
    .map(({ it }) => it)
}
