import type { Crossing } from '../../model/crossing.ts'
import type { Model } from '../../model/sources.ts'
import { addressesOf, traceEnds } from '../../relations/path/trace-ends.ts'
import { asDnsName, asIpAddress, type DnsName, type IpAddress } from '../../wire/dns-name.ts'

/** One connect out of the pod that a trace starts from. */
export interface CrossingSpec {
  readonly from: Crossing['from']
  readonly to: Crossing['to']
  readonly host: IpAddress | DnsName
  readonly port: number
}

/** Each is a process in the user's container, side by side. */
const most = 12

/** Out of a container that runs, ready or not: a pod that is not ready may be so because it can't reach the target. */
export function planCrossings(model: Model): readonly CrossingSpec[] {
  const ends = traceEnds(model)
  if (ends === null || ends.from === null || ends.from.phase !== 'Running') return []
  const { namespace, name: pod, containers } = ends.from
  const container = containers.find((it) => it.ready) ?? containers[0]
  if (container === undefined) return []
  return addressesOf(ends)
    .slice(0, most)
    .flatMap(({ to, host: text, port }) => {
      const host = asIpAddress(text) ?? asDnsName(text)
      return host === null ? [] : [{ from: { namespace, pod, container: container.name }, to, host, port }]
    })
}
