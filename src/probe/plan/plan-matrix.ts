import type { Pod } from '../../model/pod.ts'
import type { Model } from '../../model/sources.ts'
import { subjectKey } from '../../model/subject.ts'
import { textOrder } from '../../model/text-order.ts'
import { count, some } from '../../phrases.ts'
import { offeredPorts } from '../../relations/path/offered-ports.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { asIpAddress } from '../../wire/dns-name.ts'
import type { CrossingSpec } from './plan-crossings.ts'

/** Each connect is a process in a user's container, all of one container side by side. */
const mostFromOne = 16
const mostSources = 20

export interface MatrixPlan {
  /** One exec each. */
  readonly sources: readonly { readonly workload: string; readonly specs: readonly CrossingSpec[] }[]
  /** Pairs of a workload and a port of another one that are not connected, for the bounds above. */
  readonly left: number
}

/**
 * One connect from a pod of each workload to a pod of each other one, at each TCP port that it declares: what nobody
 * declares is not knocked at. Every workload takes its turn at the targets, so that the bound leaves none out whole.
 */
export function planMatrix({ scope, sources: { pods } }: Model, port: number | null): MatrixPlan {
  if (!pods.known) return { sources: [], left: 0 }
  const running = pods.value.filter(
    (it) => it.phase === 'Running' && !it.deleting && (scope.namespace === null || it.namespace === scope.namespace),
  )
  const workloads = [...Map.groupBy(running, (it) => subjectKey(workloadOfPod(it)))]
    .toSorted(([a], [b]) => textOrder(a, b))
    .flatMap(([workload, its]) => {
      const pod = its.find((it) => it.ready && it.ip !== null) ?? its.find((it) => it.ip !== null)
      return pod === undefined ? [] : [{ workload, pod, ports: port === null ? offeredPorts(its) : [port] }]
    })
  const chosen = workloads.slice(0, mostSources)
  const planned = chosen.map(({ workload, pod }, turn) => {
    const others = workloads.filter((it) => it.workload !== workload)
    const at = others.length === 0 ? 0 : turn % others.length
    const targets = [...others.slice(at), ...others.slice(0, at)].flatMap((it) =>
      it.ports.map((number) => ({ pod: it.pod, port: number })),
    )
    const specs = targets.flatMap((it) => specOf(pod, it.pod, it.port) ?? [])
    return { workload, specs: specs.slice(0, mostFromOne), left: Math.max(0, specs.length - mostFromOne) }
  })
  const pairs = workloads.map((it) => it.ports.length)
  const whole = pairs.reduce((sum, it) => sum + it, 0)
  const past = workloads.slice(mostSources).reduce((sum, it) => sum + whole - it.ports.length, 0)
  return {
    sources: planned.filter((it) => it.specs.length > 0).map(({ workload, specs }) => ({ workload, specs })),
    left: past + planned.reduce((sum, it) => sum + it.left, 0),
  }
}

function specOf(from: Pod, to: Pod, port: number): CrossingSpec | null {
  const container = from.containers.find((it) => it.ready) ?? from.containers[0]
  const host = asIpAddress(to.ip ?? '')
  if (container === undefined || host === null) return null
  return {
    from: { namespace: from.namespace, pod: from.name, container: container.name },
    to: { kind: 'endpoint', namespace: to.namespace, service: null, pod: to.name },
    host,
    port,
  }
}

/** What will be done, before it is. */
export function announceMatrix({ sources, left }: MatrixPlan): readonly string[] {
  const connects = sources.reduce((sum, it) => sum + it.specs.length, 0)
  if (connects === 0) return ['no pod runs that could connect to another one: nothing is measured']
  const names = sources.map((it) => `${it.specs[0]?.from.namespace}/${it.specs[0]?.from.pod}`)
  return [
    `runs a shell in ${count(sources.length, 'container')} (${some(names)}): ${count(connects, 'TCP connection')} ` +
      'to ports of other pods; nothing is sent, no pod is made',
    ...(left === 0 ? [] : [`${count(left, 'pair')} past the bound ${left === 1 ? 'is' : 'are'} not asked`]),
  ]
}
