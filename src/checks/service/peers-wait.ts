import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import type { Workload } from '../../model/workload.ts'
import { count, full, some } from '../../phrases.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'

/**
 * A headless Service gives names to pods that are ready alone. Members of a database that look for each other before
 * they say that they are ready wait for names that come when they are ready.
 */
export default check({
  code: 'SVC231',
  slug: 'service/peers-wait',
  title: 'no pod of a StatefulSet is ready, and their names depend on it',
  fine: 'StatefulSets whose names depend on ready pods have some',
  severity: 'info',
  needs: ['services', 'workloads', 'pods'],
  remedies: [],
  decides: ['SVC-17'],

  run({ services, workloads, pods }) {
    const byName = new Map(services.map((it) => [full(it), it]))
    const named = workloads.flatMap((set) => {
      if (set.kind !== 'StatefulSet' || set.desired === 0 || set.serviceName == null) return []
      const service = byName.get(full({ namespace: set.namespace, name: set.serviceName }))
      return service?.clusterIP === 'None' && !service.publishNotReadyAddresses ? [{ set, service }] : []
    })
    if (named.length === 0) return notApplicable('no StatefulSet here has names that depend on readiness')
    const found = named.flatMap(({ set, service }) => {
      const own = pods.filter((it) => isLive(it) && it.owner?.kind === 'StatefulSet' && isOf(it, set))
      // One that does not even start waits for something else.
      const waiting = own.filter(
        (it) => !it.ready && it.containers.every((one) => one.waiting === null && one.started !== false),
      )
      return own.length > 0 && waiting.length === own.length && own.every((it) => it.phase === 'Running')
        ? [verdict(set, service, waiting)]
        : []
    })
    return found.length > 0 ? found : ok(named.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `No pod of StatefulSet ${full(on)} is ready, and Service \`${args.service}\` has no names for them until one is.`,
    detail: ({ args }) =>
      `${count(args.pods.length, 'pod')} of ${args.desired} run and are not ready: ${some(args.pods)} · ` +
      'publishNotReadyAddresses is false',
    note: () =>
      'if they wait for each other by name, none ever becomes ready; if each waits for something else, this is not it',
    help: ({ subject: on, args }) => [
      'where members look for each other before they are ready, let the headless Service publish them: ' +
        'publishNotReadyAddresses: true',
      `kubectl -n ${on.namespace} logs ${args.pods[0] ?? ''} --tail=20`,
      `kubectl -n ${on.namespace} get service ${args.service} -o jsonpath='{.spec.publishNotReadyAddresses}'`,
    ],
  },
})

function isOf({ namespace, owner }: Pod, set: Workload): boolean {
  return namespace === set.namespace && owner?.name === set.name
}

function verdict(set: Workload, service: Service, waiting: readonly Pod[]) {
  const on = subject('Service', service.namespace, service.name)
  return finding({
    subject: subject('StatefulSet', set.namespace, set.name),
    confidence: 'possible',
    args: { service: service.name, pods: waiting.map((it) => it.name), desired: set.desired },
    evidence: [
      {
        kind: 'config',
        object: on,
        path: 'spec.publishNotReadyAddresses',
        lines: ['publishNotReadyAddresses: false'],
        at: 0,
        mark: 'false',
        label: 'only pods that are ready have names',
      },
    ],
  })
}
