import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ObjectEvent } from '../../model/event.ts'
import type { Known } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import type { Workload } from '../../model/workload.ts'
import { count, full, some, told } from '../../phrases.ts'
import { toldCalls } from '../../relations/service/called-services.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { peersWait } from '../../relations/symptom.ts'

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
  wants: ['events'],
  remedies: [],
  decides: ['SVC-17'],

  run({ services, workloads, pods, events }) {
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
        ? [verdict({ set, service, waiting, sign: signOf(waiting, service, events) })]
        : []
    })
    return found.length > 0 ? found : ok(named.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.sign === null
        ? `No pod of StatefulSet ${full(on)} is ready, and Service \`${args.service}\` has no names for them until ` +
          'one is.'
        : `Pods of StatefulSet ${full(on)} look for each other by names of Service \`${args.service}\`, which gives ` +
          'them when they are ready.',
    detail: ({ args }) =>
      `${count(args.pods.length, 'pod')} of ${args.desired} run and are not ready: ${some(args.pods)} · ` +
      'publishNotReadyAddresses is false' +
      (args.sign === null ? '' : ` · ${args.where}: ${told(args.said)}`),
    note: ({ args }) =>
      args.sign === 'event'
        ? 'the names come with readiness, and readiness waits for the names: none of them gets there'
        : 'if they wait for each other by name, none ever becomes ready; ' +
          'if each waits for something else, this is not it',
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

/** What says that the members look for each other: the words of a probe that fails, or what their spec tells them. */
interface Sign {
  readonly kind: 'event' | 'spec'
  readonly where: string
  readonly said: string
}

function signOf(waiting: readonly Pod[], service: Service, events: Known<readonly ObjectEvent[]>): Sign | null {
  const names = waiting.map((it) => it.name)
  const isName = namesOf(service)
  const failed = (events.known ? events.value : []).find(
    (it) =>
      it.object.kind === 'Pod' &&
      it.namespace === service.namespace &&
      names.includes(it.object.name) &&
      it.reason === 'Unhealthy' &&
      it.said.split(/[^A-Za-z0-9.-]+/).some(isName),
  )
  if (failed !== undefined)
    return { kind: 'event', where: `event Unhealthy of ${failed.object.name}`, said: failed.said }
  const call = toldCalls(waiting).find((it) => isName(it.call.host))
  return call === undefined
    ? null
    : { kind: 'spec', where: `${call.call.by ?? 'arguments'} of container ${call.container}`, said: call.call.host }
}

/** `db-0.db`, and `db` or that with the namespace and more behind it. A bare `db` may be any word. */
function namesOf({ namespace, name }: Service): (text: string) => boolean {
  return (text) => {
    const labels = text.toLowerCase().replace(/\.$/, '').split('.')
    const at = labels[1] === name ? 1 : labels.indexOf(name)
    const [of, svc] = labels.slice(at + 1)
    if (at !== 0 && at !== 1) return false
    if (of === undefined) return at === 1
    return of === namespace && (svc === undefined || svc === 'svc')
  }
}

interface Waiting {
  readonly set: Workload
  readonly service: Service
  readonly waiting: readonly Pod[]
  readonly sign: Sign | null
}

const ranks = {
  event: { confidence: 'inferred', severity: 'error' },
  spec: { confidence: 'possible', severity: 'warning' },
  none: { confidence: 'possible', severity: 'info' },
} as const

function verdict({ set, service, waiting, sign }: Waiting) {
  const on = subject('Service', service.namespace, service.name)
  return finding({
    subject: subject('StatefulSet', set.namespace, set.name),
    also: [on],
    ...ranks[sign?.kind ?? 'none'],
    args: {
      service: service.name,
      pods: waiting.map((it) => it.name),
      desired: set.desired,
      sign: sign?.kind ?? null,
      where: sign?.where ?? '',
      said: sign?.said ?? '',
    },
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
      ...(sign === null ? [] : [{ kind: 'fact' as const, label: sign.where, value: sign.said }]),
    ],
    causes: sign === null ? [] : [peersWait(set)],
  })
}
