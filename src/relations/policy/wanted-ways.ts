import type { ClusterDns } from '../../model/cluster-dns.ts'
import { type Known, known } from '../../model/known.ts'
import type { Namespace } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service, ServicePort } from '../../model/service.ts'
import type { Model } from '../../model/sources.ts'
import { subject, subjectKey } from '../../model/subject.ts'
import { full } from '../../phrases.ts'
import { isTarget } from '../asked-about.ts'
import { endsOf, farNameOf } from '../path/trace-ends.ts'
import { tracedFlows } from '../path/trace-policy.ts'
import { calledBy, callableFrom, toldCalls } from '../service/called-services.ts'
import { withNextPods } from '../service/next-pods.ts'
import { targetPortIn } from '../service/service-endpoints.ts'
import { isLive, podsOfServices } from '../service/service-selects-pod.ts'
import { workloadOfPod } from '../workload-of-pod.ts'
import { podEnd, probeEnd } from './policy-allows.ts'
import type { Flow } from './policy-flow.ts'

/** Connections that somebody wants: that a policy keeps others out is what it is for. */
export interface WantedWay {
  /** A call that a program is told of, its lookups, what was traced, or anybody's to the Service asked about. */
  readonly why: 'call' | 'lookup' | 'trace' | 'target'
  /** null: anybody. */
  readonly from: Pod | null
  readonly to: string
  readonly service: Service | null
  /** To each pod of the other end. */
  readonly flows: readonly Flow[]
}

export interface WantedSources {
  readonly scope: Model['scope']
  readonly pods: readonly Pod[]
  readonly services: readonly Service[]
  readonly namespaces: Known<readonly Namespace[]>
  readonly clusterDns: Known<ClusterDns>
  readonly workloads: Model['sources']['workloads']
  readonly endpointSlices: Model['sources']['endpointSlices']
}

export function wantedWays(sources: WantedSources): readonly WantedWay[] {
  return [...tracedWays(sources), ...toldWays(sources), ...lookupWays(sources), ...waysToTarget(sources)].filter(
    (it) => it.flows.length > 0,
  )
}

function tracedWays({ scope, pods, services, namespaces, endpointSlices }: WantedSources): readonly WantedWay[] {
  const ends = endsOf({ scope, pods: known(pods), services: known(services), endpointSlices })
  if (ends === null || ends.from === null) return []
  const flows = tracedFlows(ends, [], namespaces, pods).map((it) => it.flow)
  return [{ why: 'trace', from: ends.from, to: farNameOf(ends), service: null, flows }]
}

function toldWays({ scope, pods, services, namespaces, clusterDns, workloads }: WantedSources): readonly WantedWay[] {
  const around = callableFrom({ services, namespaces, clusterDns, scope })
  const podsOf = podsOfServices(pods)
  const seen = new Set<string>()
  return toldCalls(withNextPods(pods, workloads)).flatMap(({ pod, call }): readonly WantedWay[] => {
    const key = `${subjectKey(workloadOfPod(pod))} ${call.host}:${call.port}`
    if (pod.hostNetwork || seen.has(key)) return []
    seen.add(key)
    const called = calledBy(pod, call, around)
    if (called.is !== 'there' || called.service.type === 'ExternalName') return []
    const { service } = called
    const ports = service.ports.filter((it) => it.protocol === 'TCP' && (call.port === null || it.port === call.port))
    const flows = flowsTo(podEnd(pod), podsOf(service), ports)
    return [{ why: 'call', from: pod, to: `Service ${full(service)}`, service, flows }]
  })
}

/** One pod of each workload: policies treat the others alike, as far as they have the same labels. */
function lookupWays({ pods, clusterDns }: WantedSources): readonly WantedWay[] {
  if (!clusterDns.known || clusterDns.value.service === null) return []
  const { service, pods: servers } = clusterDns.value
  const ports = service.ports.filter((it) => it.protocol === 'UDP')
  const asking = pods.filter((it) => isLive(it) && !it.hostNetwork && it.dnsPolicy.startsWith('ClusterFirst'))
  const each = new Map(asking.map((it) => [subjectKey(workloadOfPod(it)), it]))
  return [...each.values()].map((pod) => ({
    why: 'lookup',
    from: pod,
    to: "the cluster's DNS",
    service: null,
    flows: flowsTo(podEnd(pod), servers, ports),
  }))
}

/** From each pod that is known, and from one that nobody knows. */
function waysToTarget({ scope, services, pods }: WantedSources): readonly WantedWay[] {
  const podsOf = podsOfServices(pods)
  return services
    .filter((it) => isTarget(scope, subject('Service', it.namespace, it.name)) && it.type !== 'ExternalName')
    .map((service) => {
      const own = podsOf(service)
      const others = pods.filter((it) => isLive(it) && !it.hostNetwork && !own.includes(it)).slice(0, mostCallers)
      const from = [...others.map(podEnd), probeEnd({ namespace: service.namespace, labels: {} })]
      const flows = from.flatMap((it) => flowsTo(it, own, service.ports))
      return { why: 'target', from: null, to: `Service ${full(service)}`, service, flows }
    })
}

/** A thousand would say no more. */
const mostCallers = 200

function flowsTo(from: Flow['from'], pods: readonly Pod[], ports: readonly ServicePort[]): readonly Flow[] {
  return pods
    .filter((it) => isLive(it) && it.ip !== null)
    .flatMap((to) =>
      ports.flatMap((port) => {
        const number = targetPortIn(to, port)
        return number === null ? [] : [{ from, to: podEnd(to), port: number, protocol: port.protocol }]
      }),
    )
}
