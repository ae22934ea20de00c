import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Pod } from '../../model/pod.ts'
import { subject, subjectKey } from '../../model/subject.ts'
import { count, full } from '../../phrases.ts'
import { isTargetPod } from '../../relations/asked-about.ts'
import {
  calledBy,
  callableFrom,
  spelledOut,
  type ToldCall,
  toldCalls,
} from '../../relations/service/called-services.ts'
import { idleOf, isAwaited, scalersOf, toldText, withNextPods } from '../../relations/service/next-pods.ts'
import { isLive, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * A driver that is told a replica set's name leaves out each server that says another (MongoDB, Server Discovery and
 * Monitoring, "TopologyType ReplicaSetNoPrimary"): it connects, and finds no primary.
 */
export default check({
  code: 'SVC302',
  slug: 'service/replica-set-differs',
  title: 'a URL names another replica set than its servers are of',
  fine: 'replica sets that URLs name are those of the servers',
  severity: 'warning',
  needs: ['pods', 'services'],
  wants: ['namespaces', 'clusterDns', 'workloads', 'beside'],
  remedies: [],
  decides: [],

  run({ pods, services, clusterDns, namespaces, workloads, beside, scope }) {
    const around = callableFrom({ services, namespaces, clusterDns, scope })
    const podsOf = podsOfServices(pods)
    const judged = toldCalls(withNextPods(pods, workloads)).flatMap((it): readonly Judged[] => {
      const { replicaSet: told } = it.call
      const called = told === undefined ? null : calledBy(it.pod, it.call, around)
      if (told === undefined || called === null || called.is !== 'there') return []
      const behind = podsOf(called.service).filter(isLive)
      const sets = new Set(behind.map(setOf))
      const [set = null] = sets
      return set === null || sets.size > 1 ? [] : [{ ...it, told, set, behind }]
    })
    if (judged.length === 0) return notApplicable('no URL here names the replica set of servers whose own is known')
    const wrongly = judged.filter((it) => it.told !== it.set)
    const once = new Map(wrongly.map((it) => [`${subjectKey(workloadOfPod(it.pod))} ${it.call.by}`, it]))
    const scalers = scalersOf(beside)
    const found = [...once.values()].map((it) =>
      verdict(it, { isAsked: isTargetPod(scope, it.pod), isDue: isAwaited(it.pod, scalers) }),
    )
    return found.length > 0 ? found : ok(judged.length, spelledOut)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${toldText(on, args.idle)} look for replica set \`${args.told}\` at ${args.host}, ` +
      `whose servers are of \`${args.set}\`.`,
    detail: ({ args }) =>
      `${args.by ?? 'its command'} in container ${args.container} · ${count(args.pods, 'pod')} of ${args.server}`,
    note: () => 'a driver leaves out servers of another set than the one that it is told, and finds no primary',
    help: ({ subject: on, args }) => [
      `set replicaSet in ${args.by ?? 'its argument'} of ${on.kind} ${on.name} to ${args.set}`,
      `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml | grep -F replicaSet=`,
    ],
  },
})

/** Of the one container that is told any. */
function setOf({ containers }: Pod): string | null {
  const sets = new Set(containers.flatMap((it) => it.replicaSet ?? []))
  return sets.size === 1 ? ([...sets][0] ?? null) : null
}

interface Judged extends ToldCall {
  readonly told: string
  readonly set: string
  readonly behind: readonly Pod[]
}

interface Urgency {
  readonly isAsked: boolean
  readonly isDue: boolean
}

function verdict({ pod, container, call, told, set, behind }: Judged, { isAsked, isDue }: Urgency) {
  const on = workloadOfPod(pod)
  const [first = pod] = behind
  const server = workloadOfPod(first)
  return finding({
    subject: on,
    also: [server],
    // Of a file that is mounted nobody knows whether it is read.
    confidence: call.key === undefined ? 'inferred' : 'possible',
    ...(isDue ? {} : { severity: 'info' as const }),
    ...(isDue && isAsked ? { severity: 'error' as const } : {}),
    args: {
      idle: idleOf(pod),
      by: call.by,
      container,
      host: call.host,
      told,
      set,
      pods: behind.length,
      server: `${server.kind} ${full(server)}`,
    },
    evidence: [
      {
        kind: 'config',
        object: call.map === undefined ? on : subject('ConfigMap', pod.namespace, call.map),
        path: call.map === undefined ? `containers[${container}]` : `data[${call.key ?? ''}]`,
        lines: [`${call.by ?? 'a URL'}: replicaSet=${told}`],
        at: 0,
        mark: told,
        label: `${server.kind} ${server.name} has --replSet ${set}`,
      },
    ],
    causes: [],
  })
}
