import type { Contacts } from '../../model/contacts.ts'
import type { Known } from '../../model/known.ts'
import type { EndpointSlice, Service } from '../../model/service.ts'
import { alive, slicesOfServices, targetOf } from './service-endpoints.ts'

/*
 * A Service's address leads each connection to one of its endpoints, drawn anew each time (kube-proxy's `statistic mode
 * random`). One rule that leads astray is met by one of n tries on average, so how many tries are enough follows n.
 */

/** How often one bad endpoint may stay unseen by chance. */
const missAtMost = 0.01

/** So many tries miss one bad endpoint of `endpoints` once in a hundred times at most. */
export function triesToMeetEach(endpoints: number): number {
  return endpoints <= 1 ? 1 : Math.ceil(Math.log(missAtMost) / Math.log(1 - 1 / endpoints))
}

/** What tries at a Service's address are worth: of so many endpoints one bad one is met with this chance. */
export interface Sight {
  readonly tries: number
  readonly endpoints: number
  /** Rounded down. */
  readonly percent: number
}

export function sightOf(tries: number, endpoints: number, service: Pick<Service, 'sessionAffinity'> = {}): Sight {
  // With affinity one client gets the same endpoint again and again.
  const draws = service.sessionAffinity === 'ClientIP' ? Math.min(1, tries) : tries
  const met = endpoints <= 1 ? Number(draws > 0) : 1 - (1 - 1 / endpoints) ** draws
  return { tries, endpoints, percent: Math.floor(met * 100 + 1e-9) }
}

/** Whether there were too few tries for "each of them" to be said. */
export function isShort({ percent }: Sight): boolean {
  return percent < 100 * (1 - missAtMost)
}

/** `5 tries from a node meet one bad endpoint of 10 with 40 %`. */
export function sightText({ tries, endpoints, percent }: Sight, from = ''): string {
  const said = tries === 1 ? `1 try${from} meets` : `${tries} tries${from} meet`
  return `${said} one bad endpoint of ${endpoints} with ${percent} %`
}

interface From {
  readonly port: number
  /** null: whichever. */
  readonly node: string | null
  readonly only?: 'alive' | 'ready'
}

/** Endpoints that a connection from this node to the Service's port may be led to. */
export function endpointsFrom(
  service: Service,
  slices: readonly EndpointSlice[],
  { port, node, only = 'alive' }: From,
): number {
  const wanted = service.ports.find((it) => it.port === port && it.protocol === 'TCP')
  if (wanted === undefined) return 0
  const isLocal = service.internalTrafficPolicy === 'Local' && node !== null
  const its = slices.flatMap((slice) =>
    slice.addressType === 'FQDN' || targetOf(slice, wanted) === null
      ? []
      : slice.endpoints.filter((it) => alive(it) && (only === 'alive' || it.ready) && (!isLocal || it.node === node)),
  )
  return new Set(its.map((it) => it.ip)).size
}

/** The worst sight of each Service's port, from whichever node it was worst. What is not known of has none. */
export function sights(
  contacts: Pick<Contacts, 'connects'>,
  services: Known<readonly Service[]>,
  slices: Known<readonly EndpointSlice[]>,
): readonly Sight[] {
  if (!services.known || !slices.known) return []
  const slicesOf = slicesOfServices(slices.value)
  const own = contacts.connects.filter((it) => it.via.kind === 'service')
  const ports = Map.groupBy(own, ({ service }) => `${service.namespace}/${service.name}:${service.port}`)
  return [...ports.values()].flatMap((its) => {
    const [first] = its
    const service = services.value.find(
      (it) => it.namespace === first?.service.namespace && it.name === first.service.name,
    )
    if (first === undefined || service === undefined) return []
    const { port } = first.service
    return [...Map.groupBy(its, (it) => it.node)]
      .map(([node, tried]) =>
        sightOf(
          tried.reduce((sum, it) => sum + it.tries.length, 0),
          endpointsFrom(service, slicesOf(service), { port, node }),
          service,
        ),
      )
      .toSorted((a, b) => a.percent - b.percent)
      .slice(0, 1)
  })
}
