import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import type { Scope } from '../../model/sources.ts'
import { subject, subjectKey } from '../../model/subject.ts'
import { count, full } from '../../phrases.ts'
import { isTarget, isTargetPod } from '../../relations/asked-about.ts'
import { ownHostName, servesItself } from '../../relations/own-host-name.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { nameInPod } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * The kubelet writes the pod's address beside its host name into /etc/hosts, which comes before DNS (kubelet_pods.go,
 * managedHostsFileContent): whoever is called like a Service of its namespace reaches itself by that name. Where the
 * Service selects the pod that is one of the right answers (`kubectl run redis --expose`).
 */
export default check({
  code: 'SVC240',
  slug: 'service/hidden-by-own-name',
  title: "a pod's own name hides a Service from it",
  fine: 'no pod is called like a Service that is not its own',
  severity: 'warning',
  needs: ['pods', 'services'],
  remedies: [],
  decides: [],

  run({ pods, services, scope }) {
    if (pods.length === 0 || services.length === 0) return notApplicable('no pods, or no Services, are here')
    const byName = new Map(services.map((it) => [full(it), it]))
    const hidden = pods.filter(isLive).flatMap((pod): readonly Hidden[] => {
      const name = ownHostName(pod)
      const service = name === null ? undefined : byName.get(full({ namespace: pod.namespace, name }))
      return name === null || service === undefined || servesItself(service, pod) ? [] : [{ pod, name, service }]
    })
    if (hidden.length === 0) return ok(pods.length)
    const groups = Map.groupBy(hidden, (it) => `${subjectKey(workloadOfPod(it.pod))} ${it.name}`)
    return [...groups.values()].flatMap((its) => verdict(its, scope))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `In ${on.kind} ${full(on)} the name \`${args.name}\` is the pod itself, and not Service ` +
      `${on.namespace}/${args.name}.`,
    detail: ({ args }) =>
      `${count(args.pods, 'pod')} with the host name ${args.name}${args.isSet ? ' (spec.hostname)' : ''}, ` +
      "which /etc/hosts gives the pod's own address · the Service selects other pods",
    note: ({ subject: on, args }) =>
      `/etc/hosts comes before DNS; a longer name of the Service is found: ${args.name}.${on.namespace}`,
    help: ({ subject: on, args }) => [
      args.isSet
        ? 'give spec.hostname another name, or leave it out; or call the Service by its longer name'
        : 'give the pod another name, or call the Service by its longer name',
      `kubectl -n ${on.namespace} exec ${args.pod} -- cat /etc/hosts`,
      `kubectl -n ${on.namespace} get service ${args.name} -o wide`,
    ],
  },
})

interface Hidden {
  readonly pod: Pod
  readonly name: string
  readonly service: Service
}

function verdict(its: readonly Hidden[], scope: Scope) {
  const [first] = its
  if (first === undefined) return []
  const { pod, name, service } = first
  const isAsked = its.some((it) => isTargetPod(scope, it.pod)) || isTarget(scope, subjectOf(service))
  return [
    finding({
      subject: workloadOfPod(pod),
      also: [subjectOf(service)],
      confidence: 'inferred',
      // Who calls the Service is not known; who asks about either end misses it.
      severity: isAsked ? 'error' : 'warning',
      args: { name, pod: pod.name, pods: its.length, isSet: pod.hostname !== undefined },
      evidence: [
        { kind: 'fact', label: `pod ${full(pod)}`, value: `host name ${name}, address ${pod.ip ?? 'not given yet'}` },
        { kind: 'fact', label: `service ${full(service)}`, value: service.clusterIP ?? service.externalName ?? 'none' },
      ],
      causes: its.map((it) => nameInPod(it.pod, service)),
    }),
  ]
}

function subjectOf({ namespace, name }: Service) {
  return subject('Service', namespace, name)
}
