import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { podsOfServices } from '../service/service-selects-pod.ts'
import { isLive } from '../service/service-selects-pod.ts'
import { isInMesh } from './mtls.ts'

/** A Service with the pods behind it that live, by whether a proxy of the mesh stands before them. */
export interface MeshService {
  readonly service: Service
  readonly inside: readonly Pod[]
  readonly outside: readonly Pod[]
}

export function meshServices(services: readonly Service[], pods: readonly Pod[]): readonly MeshService[] {
  const podsOf = podsOfServices(pods)
  return services.map((service) => {
    const live = podsOf(service).filter(isLive)
    return { service, inside: live.filter(isInMesh), outside: live.filter((it) => !isInMesh(it)) }
  })
}

/** The ports of the pods that the Service's TCP ports lead to, as numbers; a name is looked up in a pod. */
export function targetPorts(service: Service, pod: Pod): readonly number[] {
  const named = pod.containers.flatMap((it) => it.ports)
  return service.ports
    .filter((it) => it.protocol === 'TCP')
    .flatMap(({ targetPort, port }) => {
      if (typeof targetPort === 'number') return [targetPort === 0 ? port : targetPort]
      return named.filter((it) => it.name === targetPort).map((it) => it.port)
    })
}
