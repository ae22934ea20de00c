import type { ConnectTry, Contact, Contacts } from '../../model/contacts.ts'
import type { Crossing } from '../../model/crossing.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import type { Model } from '../../model/sources.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { isAmbient } from '../mesh/mtls.ts'
import { comesByLoopback } from './mesh-sidecar.ts'
import { asContact } from './node-port-contacts.ts'
import { podsOfServices } from './service-selects-pod.ts'
import { once } from '../once.ts'

/**
 * Connections that opened, and that the other side ended at once without a byte: a server that has no place left, a
 * proxy with nobody behind it, one that lets in only whom it knows. Whoever stays on the line sees it; a handshake
 * alone is made by the kernel, whatever the program does next.
 */
interface HangUps {
  /** By the Service's address, by a NodePort, or by an endpoint's. */
  readonly contacts: readonly Contact[]
  /** A mesh's proxy answers for the pod, and hangs up on whoever is not of the mesh: no sign of the Service. */
  readonly unsure: readonly Contact[]
  readonly crossings: readonly Crossing[]
}

type Seen = Pick<Model['sources'], 'contacts' | 'crossings' | 'pods' | 'services'>

/** Once is chance: another's connections may have taken the last place. Whoever hung up was asked again, alone. */
const leastTimes = 2

export function hungUpTimes(tries: readonly ConnectTry[]): number {
  return tries.filter((it) => typeof it.hungUpMs === 'number').length
}

/** Tries that tell something of it: those that were stayed on, and those that did not open at all. */
export function stayedOn(tries: readonly ConnectTry[]): readonly ConnectTry[] {
  return tries.filter((it) => it.result !== 'open' || it.hungUpMs !== undefined)
}

/** A policy drops, it does not hang up: that is the other side's own, as a refusal is. */
export const hangUpsOf = once(({ contacts, crossings, pods, services }: Seen): HangUps => {
  const value = contacts.known ? contacts.value : null
  const all = value === null ? [] : [...value.connects, ...(value.nodePorts ?? []).map(asContact)]
  const hung = all.filter((it) => hungUpTimes(it.tries) >= leastTimes)
  const isWell = wellOverHttp(value)
  const podsOf = podsOfServices(pods.known ? pods.value : [])
  const listed = new Map((services.known ? services.value : []).map((it) => [portless(it), it]))
  const isOfMesh = (it: Contact): boolean => {
    const service = listed.get(portless(it.service))
    const behind = service === undefined ? [] : behindOf(it, podsOf(service))
    return behind.some((pod) => comesByLoopback(pod) || isAmbient(pod))
  }
  const told = hung.filter((it) => !isWell(it))
  const made = crossings.known ? crossings.value : []
  // A pod that tries its own Service, to see whether packets come back to it, is none of its users.
  const selves = new Set(
    made.flatMap((it) =>
      it.to.kind === 'endpoint' && it.to.service !== null && it.to.pod === it.from.pod
        ? [ofPod(it, it.to.service)]
        : [],
    ),
  )
  const isSelf = (it: Crossing): boolean => {
    const service = serviceOfCrossing(it)
    return service !== null && selves.has(ofPod(it, service.name))
  }
  return {
    contacts: told.filter((it) => !isOfMesh(it)),
    unsure: told.filter(isOfMesh),
    // A server that answers requests, and does not wait for them long, hangs up on probes as well.
    crossings: made.filter(
      (it) =>
        !isSelf(it) &&
        it.result === 'open' &&
        it.hungUp === true &&
        !hung.some((one) => isAtSame(one, it) && isWell(one)),
    ),
  }
})

function ofPod({ from }: Crossing, service: string): string {
  return `${from.namespace}/${from.pod} ${service}`
}

/** What it was connected to for; null: no Service. */
export function serviceOfCrossing({ to }: Crossing): Subject | null {
  if (to.kind === 'service') return subject('Service', to.namespace, to.name)
  return to.kind === 'endpoint' && to.service !== null ? subject('Service', to.namespace, to.service) : null
}

function isAtSame({ ip, port }: Contact, it: Crossing): boolean {
  return ip === it.host && port === it.port
}

function portless({ namespace, name }: Pick<Service, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`
}

function behindOf({ via, ip }: Contact, pods: readonly Pod[]): readonly Pod[] {
  return via.kind === 'service' ? pods : pods.filter((it) => it.name === via.pod || it.ip === ip)
}

/** A request that is answered says more than a connection on which nothing is said. */
function wellOverHttp(contacts: Contacts | null): (contact: Contact) => boolean {
  const direct = contacts?.direct ?? []
  const byPort = Map.groupBy(direct, (it) => ofPort(it.service))
  return ({ service, via, ip, port }) => {
    const its = (byPort.get(ofPort(service)) ?? []).filter(
      (it) => via.kind === 'service' || (it.ip === ip && it.port === port),
    )
    return its.length > 0 && its.every((it) => it.status !== null)
  }
}

function ofPort({ namespace, name, port }: Contact['service']): string {
  return `${namespace}/${name}:${port}`
}
