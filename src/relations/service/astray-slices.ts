import { closest } from '../../closest.ts'
import type { EndpointSlice, Service } from '../../model/service.ts'
import { full } from '../../phrases.ts'
import { slicesOfServices } from './service-endpoints.ts'
import { selectorOf } from './service-selects-pod.ts'

/** Services whose endpoints somebody writes down. */
export function writtenByHand(services: readonly Service[]): readonly Service[] {
  return services.filter((it) => it.type !== 'ExternalName' && selectorOf(it) === null)
}

export interface Meant {
  readonly slice: EndpointSlice
  readonly isNear: boolean
}

/** For a Service without a selector and without slices: a slice of no Service that was likely meant for it. */
export function slicesMeant(
  services: readonly Service[],
  slices: readonly EndpointSlice[],
): (service: Service) => Meant | null {
  const slicesOf = slicesOfServices(slices)
  const names = new Set(services.map((it) => full(it)))
  const astray = slices.filter(
    (it) =>
      (it.service === null || !names.has(full({ namespace: it.namespace, name: it.service }))) &&
      it.endpoints.some((one) => one.ready),
  )
  return (service) => (service.ports.length === 0 || slicesOf(service).length > 0 ? null : meantFor(service, astray))
}

/** One that has the very ports, by number and protocol, and the one of the nearest name where several do. */
function meantFor(service: Service, astray: readonly EndpointSlice[]): Meant | null {
  const fitting = astray.filter(
    ({ namespace, ports }) =>
      namespace === service.namespace &&
      service.ports.every((port) =>
        ports.some((it) => it.protocol === port.protocol && (it.port === port.port || it.port === port.targetPort)),
      ),
  )
  const nameOf = (it: EndpointSlice): string => it.service ?? it.name
  const near = closest(service.name, fitting.map(nameOf), 1)[0]
  const named = fitting.find((it) => nameOf(it) === near)
  if (named !== undefined) return { slice: named, isNear: true }
  const [only] = fitting
  return only === undefined || fitting.length > 1 ? null : { slice: only, isNear: false }
}
