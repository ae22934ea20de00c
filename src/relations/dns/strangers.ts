import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import type { Pod } from '../../model/pod.ts'
import { subjectKey } from '../../model/subject.ts'
import { isLive } from '../service/service-selects-pod.ts'
import { workloadOfPod } from '../workload-of-pod.ts'
import { askedAddress } from './asked-address.ts'

/** A pod with the labels of the DNS servers, and one of those that it is none of. */
export interface Stranger {
  readonly pod: Pod
  readonly server: Pod
}

/** Another owner than that of the servers, no name of a DNS server in its image, and no port for DNS: all three. */
export function strangers(pods: readonly Pod[]): readonly Stranger[] {
  // The first pod of each owner, in the order of the pods: of which one is none of this pod's own kind.
  const firsts = new Map(pods.toReversed().map((it) => [subjectKey(workloadOfPod(it)), it]))
  const leaders = pods.filter((it) => firsts.get(subjectKey(workloadOfPod(it))) === it).slice(0, 2)
  return pods.flatMap((pod) => {
    const owner = subjectKey(workloadOfPod(pod))
    const server = leaders.find((it) => subjectKey(workloadOfPod(it)) !== owner)
    return server === undefined || speaksDns(pod) ? [] : [{ pod, server }]
  })
}

/** The pods that are there to answer: not those that are over, nor those that only bear the labels. */
export function serversIn({ pods }: ClusterDns, probe: Known<DnsProbe>): readonly Pod[] {
  const live = pods.filter(isLive)
  const none = new Set(
    strangers(live).flatMap(({ pod }) => (askedAddress(probe, pod.ip ?? '').kind === 'answers' ? [] : [pod])),
  )
  return live.filter((it) => !none.has(it))
}

function speaksDns({ containers }: Pod): boolean {
  return containers.some(
    (it) =>
      /dns|unbound|bind9?|named/i.test(it.image) ||
      it.ports.some(({ port, name }) => port === 53 || /dns/i.test(name ?? '')),
  )
}
