import type { Mesh } from '../../model/mesh.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { targetPortIn } from '../service/service-endpoints.ts'
import { isLive, podsOfServices } from '../service/service-selects-pod.ts'
import { isInMesh, mtlsOf } from './mtls.ts'

/** A Service with the pods behind it that live, by whether a proxy of the mesh stands before them. */
export interface MeshService {
  readonly service: Service
  readonly inside: readonly Pod[]
  readonly outside: readonly Pod[]
}

/** It lives, and a proxy of the mesh stands before it. */
export function isLiveInMesh(pod: Pod): boolean {
  return isLive(pod) && isInMesh(pod)
}

export function meshServices(services: readonly Service[], pods: readonly Pod[]): readonly MeshService[] {
  const podsOf = podsOfServices(pods)
  return services.map((service) => {
    const live = podsOf(service).filter(isLive)
    return { service, inside: live.filter(isInMesh), outside: live.filter((it) => !isInMesh(it)) }
  })
}

/** The ports of the pod that the Service's TCP ports lead to. */
export function targetPorts(service: Service, pod: Pod): readonly number[] {
  return service.ports.filter((it) => it.protocol === 'TCP').flatMap((it) => targetPortIn(pod, it) ?? [])
}

/** Without the mesh's certificates it is answered all the same, at each of its ports. */
export function takesPlain(mesh: Mesh, { service, inside }: Pick<MeshService, 'service' | 'inside'>): boolean {
  return inside.every((pod) =>
    targetPorts(service, pod).every((port) => {
      const asked = mtlsOf(mesh, pod, port)
      return asked !== 'unknown' && asked.mode !== 'STRICT'
    }),
  )
}
