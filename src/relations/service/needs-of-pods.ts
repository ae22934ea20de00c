import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { DirectContact } from '../../model/contacts.ts'
import type { Known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import {
  calleeOutOfReach,
  dnsLossInPod,
  endpointsAnswerBadly,
  nameWrong,
  noEndpoints,
  svcUnanswered,
  toldWrongly,
} from '../symptom.ts'
import { textOrder } from '../../model/text-order.ts'
import { full } from '../../phrases.ts'
import { put } from '../once.ts'
import { workloadOfPod } from '../workload-of-pod.ts'
import { calledBy } from './called-services.ts'
import { isOver, podsOfServices } from './service-selects-pod.ts'

export interface Needs {
  /** Symptoms of what would make these pods answer badly. */
  readonly keys: readonly string[]
  /** Services that their specs name, `shop/db`. */
  readonly calls: readonly string[]
}

/**
 * What would go wrong where the pods that were asked miss something: names that they look up, and the Services that
 * their specs tell them to call, and of what these call in turn. An application that answers 502 for want of another is
 * no cause of its own, however far behind it that other is.
 */
export function needsOfPods(
  pods: Known<readonly Pod[]>,
  services: Known<readonly Service[]>,
  dns: Known<ClusterDns>,
): (asked: readonly Pick<DirectContact, 'service' | 'pod'>[]) => Needs {
  if (!pods.known) return () => ({ keys: [], calls: [] })
  const named = new Map(pods.value.map((it) => [`${it.namespace}/${it.name}`, it]))
  const around = {
    services: services.known ? services.value : [],
    namespaces: null,
    domain: dns.known ? dns.value.domain : null,
    scope: { namespace: null },
  }
  const behind = podsOfServices(pods.value)
  const ofPod = memo((pod: Pod): Needed => {
    const calls = pod.containers.flatMap((it) => it.calls ?? []).map((it) => calledBy(pod, it, around))
    const called = [...new Set(calls.flatMap((it) => ('service' in it ? [it.service] : [])))]
    return {
      called,
      keys: [
        dnsLossInPod(pod),
        toldWrongly(workloadOfPod(pod)),
        calleeOutOfReach(workloadOfPod(pod)),
        ...called.flatMap((it) => [svcUnanswered(it), noEndpoints(it), endpointsAnswerBadly(it), nameWrong(it)]),
        ...called.map((it) => `name-in-pod:${full(pod)}/${full(it)}`),
      ],
    }
  })
  return (asked) => {
    const its = asked.flatMap(({ service, pod }) => named.get(`${service.namespace}/${pod}`) ?? [])
    const calls = its.flatMap((it) => ofPod(it).called.map(full))
    const keys = new Set<string>()
    const seen = new Set<Pod>()
    let next: readonly Pod[] = its
    for (let hop = 0; hop < mostHops && next.length > 0; hop++) {
      const fresh = [...new Set(next)].filter((it) => !seen.has(it)).slice(0, mostPods)
      for (const it of fresh) seen.add(it)
      for (const key of fresh.flatMap((it) => ofPod(it).keys)) keys.add(key)
      const services = new Set(fresh.flatMap((it) => ofPod(it).called))
      next = [...services].flatMap((it) =>
        behind(it)
          .filter((one) => !isOver(one))
          .slice(0, mostReplicas),
      )
    }
    return { keys: [...keys], calls: [...new Set(calls)].toSorted(textOrder) }
  }
}

interface Needed {
  readonly called: readonly Service[]
  readonly keys: readonly string[]
}

/** From a front to what is behind its back ends; chains of calls go round, and are seldom longer. */
const mostHops = 5
/** The pods of a Service have one template. */
const mostReplicas = 3
const mostPods = 100

function memo<K extends object, T>(of: (it: K) => T): (it: K) => T {
  const held = new Map<K, T>()
  return (it) => put(held, it, () => of(it))
}
