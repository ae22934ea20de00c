import { type Known, known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { EndpointSlice, Service } from '../../model/service.ts'
import type { Scope } from '../../model/sources.ts'
import type { Workload } from '../../model/workload.ts'
import { backingOf } from '../service/service-backing.ts'
import { countEndpoints, slicesOfServices } from '../service/service-endpoints.ts'

/** A Service that requests are sent to, and that has nobody ready. */
export interface EmptyBackend {
  /** Those that are not ready, and those that go. */
  readonly endpoints: number
  /** Scaled to 0. */
  readonly onPurpose: boolean
  readonly severity: 'error' | 'warning' | 'info'
}

interface Around {
  readonly endpointSlices: readonly EndpointSlice[]
  readonly pods: Known<readonly Pod[]>
  readonly workloads: Known<readonly Workload[]>
  readonly scope: Pick<Scope, 'target'>
}

/** null for a Service with a ready endpoint. Where workloads could not be read, it may be scaled to 0: a warning. */
export function emptyBackends({
  endpointSlices,
  pods,
  workloads,
  scope,
}: Around): (service: Service) => EmptyBackend | null {
  const slicesOf = slicesOfServices(endpointSlices)
  const backing = backingOf(pods.known ? pods.value : [], pods.known ? workloads : known([]))
  const putAway = scope.target.kind === 'object' ? 'warning' : 'info'
  return (service) => {
    const { ready, leaving, notReady } = countEndpoints(slicesOf(service))
    if (ready.length > 0) return null
    const behind = pods.known ? backing(service) : null
    const unknown = behind === null || (behind.kind === 'matches-nothing' && !behind.sure)
    const onPurpose = behind?.kind === 'scaled-to-zero'
    const fault = unknown && notReady.length === 0 ? 'warning' : 'error'
    return { endpoints: notReady.length + leaving.length, onPurpose, severity: onPurpose ? putAway : fault }
  }
}
