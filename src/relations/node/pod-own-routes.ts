import type { ConnectResult } from '../../model/contacts.ts'
import type { Answer } from '../../model/lookups.ts'
import type { NodeRoute } from '../../model/node-network.ts'
import type { Pod } from '../../model/pod.ts'
import type { Model } from '../../model/sources.ts'
import { full } from '../../phrases.ts'
import { familyOf, isIp, isLoopback } from '../../wire/ip-family.ts'
import { parseResolvConf, readLines } from '../../wire/resolv-conf.ts'
import type { InsidePod } from '../dns/inside-pods.ts'
import { calledBy, toldCalls } from '../service/called-services.ts'
import { isSilent } from '../troubles/inside-resolving.ts'
import { slicesOfServices } from '../service/service-endpoints.ts'
import { firstOf } from './pod-routes.ts'
import { wayTo } from './way-to.ts'

/** An address that a pod sends to, and its own routing table leads astray. */
export interface LedAstray {
  readonly ip: string
  readonly as: 'nameserver' | 'callee' | 'client'
  /** `nameserver 10.96.0.10`, `Service shop/db`. */
  readonly what: string
  readonly why: 'refused' | 'no-route' | 'elsewhere'
  /** null: there is none. */
  readonly route: NodeRoute | null
  /** What came of sending there; null where nobody did, or it was not seen. */
  readonly how: string | null
}

type Around = Pick<Model['sources'], 'services' | 'endpointSlices' | 'clusterDns' | 'crossings' | 'contacts' | 'nodes'>

/** The name that the kubelet and every CNI give to the interface of a pod (k8s.io/cri-api, DefaultInterfaceName). */
const podInterface = 'eth0'

interface Sent {
  readonly ip: string
  readonly as: LedAstray['as']
  readonly what: string
  /** `well`: something came back from there. null: not seen. */
  readonly came: string | null
}

/**
 * Of what this pod asks, calls and answers: what its main table refuses or has no route for, unless an answer came from
 * there after all (a routing rule comes before this table). A route by another interface is somebody's intention, and
 * astray only where nothing comes back.
 */
export function ledAstray(
  it: Pick<InsidePod, 'pod'> & { readonly routes: readonly NodeRoute[]; readonly looked: readonly InsidePod[] },
  around: Around,
): readonly LedAstray[] {
  const { routes } = it
  const used = routes.filter((one) => one.dev !== null && one.dev !== 'lo').map((one) => familyOf(one.to))
  // A family that the pod does not have is no fault of its routes.
  const families = new Set([...used, ...(it.pod.ip === null ? [] : [familyOf(it.pod.ip)])])
  const sent = [...nameservers(it.looked), ...callees(it, around), ...clients(it.pod, around)]
  return sent.flatMap(({ ip, as, what, came }): readonly LedAstray[] => {
    if (came === 'well' || isLoopback(ip) || ip === it.pod.ip || !families.has(familyOf(ip))) return []
    const way = wayTo(routes, ip)
    const about = { ip, as, what, how: came }
    if (way.kind === 'refused') return [{ ...about, why: 'refused', route: way.route }]
    if (way.kind === 'none') return [{ ...about, why: 'no-route', route: null }]
    const isElsewhere = way.route.dev !== podInterface && routes.some((one) => one.dev === podInterface)
    return isElsewhere && came !== null ? [{ ...about, why: 'elsewhere', route: way.route }] : []
  })
}

/** Of each container of the pod: they have files of their own, and one routing table. */
function nameservers(looked: readonly InsidePod[]): readonly Sent[] {
  const asked = looked.flatMap(({ resolving }) => (resolving?.servers.known === true ? resolving.servers.value : []))
  const listed = looked.flatMap(({ view }) =>
    view.resolvConf.known ? parseResolvConf(readLines(view.resolvConf.value, null)).nameservers : [],
  )
  return [...new Set(listed)].map((ip) => {
    const came = asked.flatMap((it) => (it.ip === ip && it.result !== null ? [answered(it.result)] : []))
    // An answer to one container, by a rule for its user, is none to the one beside it.
    const silence = came.find((it) => it !== 'well' && it !== null)
    return { ip, as: 'nameserver', what: `nameserver ${ip}`, came: silence ?? came[0] ?? null }
  })
}

/** An error of a server is an answer as well. */
function answered(result: Answer): Sent['came'] {
  if (result === 'not-asked') return null
  return isSilent({ result }) ? result : 'well'
}

/** What its spec tells it to call, and what was connected to from inside. */
function callees(
  { pod }: Pick<InsidePod, 'pod'>,
  { services, endpointSlices, clusterDns, crossings }: Around,
): readonly Sent[] {
  const made = (crossings.known ? crossings.value : []).filter(
    (it) => it.from.namespace === pod.namespace && it.from.pod === pod.name && it.result !== null,
  )
  const told = services.known
    ? toldCalls([pod]).flatMap(({ call }) => {
        const to = calledBy(pod, call, {
          services: services.value,
          namespaces: null,
          domain: clusterDns.known ? clusterDns.value.domain : null,
          scope: { namespace: null },
        })
        return to.is === 'there' ? [to.service] : []
      })
    : []
  const slices = endpointSlices.known ? slicesOfServices(endpointSlices.value) : () => []
  const called = [...new Set(told)].flatMap((service) =>
    (service.clusterIP === 'None'
      ? slices(service).flatMap((it) => it.endpoints.map((one) => one.ip))
      : [service.clusterIP ?? '']
    ).map((ip) => ({ ip, what: `Service ${full(service)}` })),
  )
  const crossed = made
    .filter((it) => !called.some(({ ip }) => ip === it.host))
    .map(({ host, port }) => ({ ip: host, what: `${host}:${port}` }))
  return [...called, ...crossed]
    .filter(({ ip }) => isIp(ip))
    .map(({ ip, what }) => ({ ip, what, as: 'callee', came: cameOf(made.filter((it) => it.host === ip)) }))
}

/** A refusal is an answer. */
function cameOf(made: readonly { readonly result: ConnectResult | 'no-name' | null }[]): Sent['came'] {
  const results = made.flatMap(({ result }) => result ?? [])
  if (results.length === 0) return null
  return results.some((it) => it === 'open' || it === 'refused') ? 'well' : (results[0] ?? null)
}

/** Nodes from which the probe connected to this pod: what it answers them must find its way out. */
function clients(pod: Pod, { contacts, nodes }: Around): readonly Sent[] {
  if (!contacts.known || !nodes.known) return []
  const tried = contacts.value.connects.filter((it) => it.ip === pod.ip && it.node !== pod.node)
  return [...Map.groupBy(tried, (it) => it.node)].flatMap(([node, its]) => {
    const range = nodes.value.find((it) => it.name === node)?.podCidrs ?? []
    const came = cameOf(its.flatMap((it) => it.tries))
    if (came === null || came === 'well') return []
    return range.flatMap(firstOf).map((ip): Sent => ({ ip, as: 'client', what: `pods of node ${node}`, came }))
  })
}
