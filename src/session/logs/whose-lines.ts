import { ownText } from '../../answers/tail/own-text.ts'
import { isRefusedEarly } from '../../wire/access-log/refused-early.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { EndpointSlice } from '../../model/service.ts'
import { backendsOf } from '../../relations/ingress/ingress-routes-to-service.ts'
import { servicesAt } from '../../relations/service/services-at.ts'
import type { AccessLine } from '../../wire/access-log/access-line.ts'
import { isOwnDoor } from '../../wire/access-log/own-door.ts'
import type { LogEntry } from '../../wire/access-log/reader.ts'
import { hostAlone, hostFits } from '../../wire/host-pattern.ts'

/** Whose a line is. `unknown`: it went wrong, and its format does not say for which Ingress. */
export type Whose = 'its' | 'others' | 'unknown'

/** Servers that lines named with their backend; a cluster has no more pods that matter. */
const mostServers = 20_000

/**
 * Whether a line is of a request for this Ingress: by its route, its host without a port, its backend; and where
 * ingress-nginx gave it away to its default backend, by the server that was asked first. `its` where the format can't
 * tell, as of the error log.
 */
export function whoseLines(ingress: Ingress, slices: readonly EndpointSlice[]): (entry: LogEntry) => Whose {
  const hosts = [...new Set(ingress.rules.map((it) => it.host ?? ''))]
  const isForAll = hosts.length === 0 || hosts.includes('')
  const isIts = (host: string): Whose =>
    isForAll || hosts.some((it) => hostFits(it, hostAlone(host))) ? 'its' : 'others'
  const services = backendsOf(ingress).map((it) => `${ingress.namespace}-${it.backend.service}-`)
  const name = `${ingress.namespace}/${ingress.name}`
  const servers = serversOf(ingress, slices)

  function ofBackend({ backend, dialect, tries }: AccessLine): Whose {
    if (backend === null || dialect !== 'nginx') return 'its'
    const whose = services.some((it) => backend.startsWith(it)) ? 'its' : 'others'
    for (const { address } of tries ?? [])
      if (!isOwnDoor(address) && (servers.has(address) || servers.size < mostServers))
        servers.set(ownText(address), whose)
    return whose
  }

  return (entry) => {
    if (entry.kind === 'empty-service') return 'its'
    if (entry.kind === 'error') return entry.host === null ? 'its' : isIts(entry.host)
    if (entry.kind !== 'request') return 'others'
    const { route, host, backend, tries } = entry
    if (route !== null && route.includes('/')) return route === name ? 'its' : 'others'
    if (host !== null && !isForAll) return isIts(host)
    if (backend === defaultBackend && tries !== null) return servers.get(tries[0]?.address ?? '') ?? ofNobody(entry)
    return isRefusedEarly(entry) ? 'unknown' : ofBackend(entry)
  }
}

/** ingress-nginx, internal/ingress/controller/controller.go, `defUpstreamName`. */
const defaultBackend = 'upstream-default-backend'

/** A host or a path that no Ingress has is answered 404 there, all day long; what else went wrong may be anybody's. */
function ofNobody({ status, tries }: AccessLine): Whose {
  if (status !== null && status < 400) return 'others'
  return status === 404 && tries?.length === 1 ? 'others' : 'unknown'
}

/**
 * Endpoints of its Services, as they are now: those of before are learned from lines that name both. A pod of two
 * Services is the Ingress's where one of them is.
 */
function serversOf(ingress: Ingress, slices: readonly EndpointSlice[]): Map<string, Whose> {
  const its = backendsOf(ingress).map((it) => `${ingress.namespace}/${it.backend.service}`)
  return new Map(
    [...servicesAt(slices)].map(([address, names]) => [address, its.some((it) => names.has(it)) ? 'its' : 'others']),
  )
}
