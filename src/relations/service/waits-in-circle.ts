import type { Pod } from '../../model/pod.ts'
import type { ProgramLog } from '../../model/program-log.ts'
import type { Service } from '../../model/service.ts'
import { full } from '../../phrases.ts'
import type { ComplaintKind } from '../../wire/program-words.ts'
import { calledBy, type Callable } from './called-services.ts'

/** A Service of which no pod is ready, with these pods. */
export interface Unready {
  readonly service: Service
  readonly pods: readonly Pod[]
}

/**
 * What is said of a Service without a ready endpoint: kube-proxy refuses, and a pod that starts closes or is silent.
 */
const inVain: ReadonlySet<ComplaintKind> = new Set(['refused', 'timed-out', 'closed', 'no-route'])

/**
 * Services of which no pod is ready, and whose pods' logs say that they call each other in vain: where a readiness
 * probe waits for another Service (Kubernetes' own page on probes warns of it), and that one for this, none becomes
 * ready by itself. By Service the shortest way round, itself first; a Service that is on none is left out.
 */
export function circlesOf(
  unready: readonly Unready[],
  logs: readonly ProgramLog[],
  around: Callable,
): ReadonlyMap<string, readonly string[]> {
  const byIp = new Map(unready.map((it) => [it.service.clusterIP, full(it.service)]))
  const names = new Set(unready.map((it) => full(it.service)))
  const logsOf = Map.groupBy(logs, ofPod)
  const calls = new Map(unready.map((it) => [full(it.service), calledInVain(it, { byIp, names, logsOf, around })]))
  const circles = new Map<string, readonly string[]>()
  for (const name of calls.keys()) {
    const way = wayBack(name, calls)
    if (way !== null) circles.set(name, way)
  }
  return circles
}

function ofPod({ namespace, pod }: Pick<ProgramLog, 'namespace' | 'pod'>): string {
  return `${namespace}/${pod}`
}

interface Around {
  readonly logsOf: ReadonlyMap<string, readonly ProgramLog[]>
  readonly around: Callable
  /** Of the Services without a ready pod. */
  readonly byIp: ReadonlyMap<string | null, string>
  readonly names: ReadonlySet<string>
}

function calledInVain({ service, pods }: Unready, { logsOf, around, byIp, names }: Around): readonly string[] {
  const called = pods.flatMap((pod) => {
    const complaints = (logsOf.get(full(pod)) ?? []).flatMap((it) => it.complaints)
    // Who does not run waits for nobody: it has a reason of its own.
    const runs = pod.phase === 'Running' && pod.containers.every((one) => one.waiting === null)
    if (complaints.length === 0 || !runs) return []
    return complaints
      .filter((it) => it.times > 1 && inVain.has(it.kind))
      .flatMap(({ host, port }) => {
        if (host === null) return []
        const own = byIp.get(host)
        if (own !== undefined) return [own]
        const found = calledBy(pod, { by: null, host, port }, around)
        return 'service' in found ? [full(found.service)] : []
      })
  })
  return [...new Set(called)].filter((it) => it !== full(service) && names.has(it))
}

/** Breadth first: the shortest way from it back to it. */
function wayBack(start: string, calls: ReadonlyMap<string, readonly string[]>): readonly string[] | null {
  const seen = new Set<string>()
  let ways: readonly (readonly string[])[] = [[start]]
  while (ways.length > 0) {
    const next: (readonly string[])[] = []
    for (const way of ways)
      for (const to of calls.get(way.at(-1) ?? '') ?? []) {
        if (to === start) return way
        if (seen.has(to)) continue
        seen.add(to)
        next.push([...way, to])
      }
    ways = next
  }
  return null
}
