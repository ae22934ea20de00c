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
import { workloadOfPod } from '../workload-of-pod.ts'
import { calledBy } from './called-services.ts'

export interface Needs {
  /** Symptoms of what would make these pods answer badly. */
  readonly keys: readonly string[]
  /** Services that their specs name, `shop/db`. */
  readonly calls: readonly string[]
}

/**
 * What would go wrong where the pods that were asked miss something: names that they look up, and the Services that
 * their specs tell them to call. An application that answers 502 for want of another is no cause of its own.
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
  return (asked) => {
    const its = asked.flatMap(({ service, pod }) => named.get(`${service.namespace}/${pod}`) ?? [])
    const needs = [...new Set(its)].map((pod) => {
      const calls = pod.containers.flatMap((it) => it.calls ?? []).map((it) => calledBy(pod, it, around))
      const called = calls.flatMap((it) => ('service' in it ? [it.service] : []))
      const keys = [
        dnsLossInPod(pod),
        toldWrongly(workloadOfPod(pod)),
        calleeOutOfReach(workloadOfPod(pod)),
        ...called.flatMap((it) => [svcUnanswered(it), noEndpoints(it), endpointsAnswerBadly(it), nameWrong(it)]),
      ]
      return { keys, calls: called.map(full) }
    })
    return {
      keys: [...new Set(needs.flatMap((it) => it.keys))],
      calls: [...new Set(needs.flatMap((it) => it.calls))].toSorted(textOrder),
    }
  }
}
