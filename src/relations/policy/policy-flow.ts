import type { ContainerPort, Protocol } from '../../model/pod.ts'
import type { Labels } from '../selector.ts'

/** One end of a connection: as much of a pod as policies look at. */
export interface PodLike {
  readonly kind: 'pod'
  readonly namespace: string
  readonly name: string | null
  readonly labels: Labels
  readonly ip: string | null
  readonly node: string | null
  readonly hostNetwork: boolean
  readonly ports: readonly ContainerPort[]
}

export type End = PodLike | { readonly kind: 'address'; readonly ip: string }

/** A connection as it is after the Service's address was rewritten: to a pod's own port. */
export interface Flow {
  readonly from: End
  readonly to: End
  readonly port: number
  readonly protocol: Protocol
}
