import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ObjectEvent } from '../../model/event.ts'
import type { Known } from '../../model/known.ts'
import type { Container, Pod } from '../../model/pod.ts'
import type { Complaint, ProgramLog } from '../../model/program-log.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import type { Workload } from '../../model/workload.ts'
import { count, full, some, told } from '../../phrases.ts'
import { toldCalls } from '../../relations/service/called-services.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { peersWait } from '../../relations/symptom.ts'
import { isOfName } from '../../wire/program-words.ts'

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
  wants: ['events', 'programLogs'],
  remedies: [],
  decides: ['SVC-17'],

  run({ services, workloads, pods, events, programLogs }) {
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
      const logs = programLogs.known ? programLogs.value : []
      const log = logs.find((it) => own.some((one) => isLogOf(it, one)) && it.complaints.some(isLookupOf(service)))
      const waiting = own.filter(
        (it) => !it.ready && (lookedUp(it, service) || log !== undefined || it.containers.every(isRunning)),
      )
      return own.length > 0 && waiting.length === own.length && own.every((it) => it.phase === 'Running')
        ? [
            verdict({
              set,
              service,
              waiting,
              sign:
                signOf(waiting, service, events) ??
                inLog(log, service) ??
                specOf(waiting, service) ??
                (set.desired > 1 ? memberPort(waiting) : null),
            }),
          ]
        : []
    })
    return found.length > 0 ? found : ok(named.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.sign === null || args.sign === 'ports'
        ? `No pod of StatefulSet ${full(on)} is ready, and Service \`${args.service}\` has no names for them until ` +
          `one is${args.sign === null ? '' : ': its members may wait for each other'}.`
        : `Pods of StatefulSet ${full(on)} look for each other by names of Service \`${args.service}\`, which gives ` +
          'them when they are ready.',
    detail: ({ args }) =>
      `${count(args.pods.length, 'pod')} of ${args.desired} run and are not ready: ${some(args.pods)} · ` +
      'publishNotReadyAddresses is false' +
      signText(args),
    note: ({ args }) =>
      args.sign === 'event' || args.sign === 'end' || args.sign === 'log'
        ? 'the names come with readiness, and readiness waits for the names: none of them gets there'
        : 'if they wait for each other by name, none ever becomes ready; ' +
          'if each waits for something else, this is not it',
    help: ({ subject: on, args }) => [
      'where members look for each other before they are ready, let the headless Service publish them: ' +
        'publishNotReadyAddresses: true' +
        (args.pods.length < args.desired
          ? '; and where the first waits for those that are not yet made, podManagementPolicy: Parallel'
          : ''),
      `kubectl -n ${on.namespace} logs ${args.pods[0] ?? ''} --tail=20`,
      `kubectl -n ${on.namespace} get service ${args.service} -o jsonpath='{.spec.publishNotReadyAddresses}'`,
    ],
  },
})

function isRunning({ waiting, started }: Container): boolean {
  return waiting === null && started !== false
}

/** Its last run ended for want of a name of this Service. */
function lookedUp({ containers }: Pod, service: Service): boolean {
  const isName = namesOf(service)
  return containers.some(({ endLookup }) => endLookup !== undefined && isName(endLookup.name))
}

interface Signed {
  readonly sign: Sign['kind'] | null
  readonly where: string
  readonly said: string
}

function signText({ sign, where, said }: Signed): string {
  if (sign === null) return ''
  return sign === 'ports' ? ` · they have a ${where} for each other` : ` · ${where}: ${told(said)}`
}

function isOf({ namespace, owner }: Pod, set: Workload): boolean {
  return namespace === set.namespace && owner?.name === set.name
}

/** What says that the members look for each other: the words of a probe that fails, or what their spec tells them. */
interface Sign {
  readonly kind: 'event' | 'end' | 'log' | 'spec' | 'ports'
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
  const ended = waiting.flatMap((it) => it.containers).find(({ endLookup }) => isName(endLookup?.name ?? ''))
  if (ended?.endLookup !== undefined) {
    const { name, how } = ended.endLookup
    return { kind: 'end', where: `container ${ended.name} at its end`, said: `lookup ${name}: ${how}` }
  }
  return null
}

function isLogOf(log: ProgramLog, pod: Pod): boolean {
  return log.namespace === pod.namespace && log.pod === pod.name
}

function isLookupOf(service: Service): (it: Complaint) => boolean {
  const isName = namesOf(service)
  return ({ kind, host }) => isOfName(kind) && host !== null && isName(host)
}

/** What one of them wrote of a name of a member that it did not find. */
function inLog(log: ProgramLog | undefined, service: Service): Sign | null {
  const complaint = log?.complaints.find(isLookupOf(service))
  if (log === undefined || complaint === undefined) return null
  const said = `lookup ${complaint.host}: not found, ${count(complaint.times, 'time')}`
  return { kind: 'log', where: `log of ${log.pod}`, said }
}

/**
 * Their environment, flags or mounted settings name other members, or the Service itself, which stands for all of them
 * (`discovery.seed_hosts=db`). One that names itself alone looks for nobody.
 */
function specOf(waiting: readonly Pod[], service: Service): Sign | null {
  const isName = namesOf(service)
  const isAlone = (host: string): boolean => waiting.every((it) => it.name === host.split('.', 1)[0])
  const call = toldCalls(waiting)
    .map((it) => ({ ...it, host: it.call.host.toLowerCase() }))
    .find(({ host }) => (isName(host) || host === service.name) && !isAlone(host))
  if (call === undefined) return null
  const { by, map } = call.call
  const from = map === undefined ? '' : ` by ConfigMap ${map}`
  return { kind: 'spec', where: `${by ?? 'arguments'} of container ${call.container}${from}`, said: call.host }
}

/** What members alone talk on, by their names; below by the numbers of NATS, memberlist, Elasticsearch, etcd, … */
const ofMembers =
  /^(?:(?:tcp|tls|grpc)-)?(?:cluster(?:ing)?|gossip.*|peers?|raft.*|replication|internode|intra.*|transport|epmd)$/
const memberPorts: ReadonlySet<number> = new Set([
  2380, 2888, 3888, 4369, 4444, 4567, 4568, 5701, 6222, 7000, 7800, 7946, 8300, 8301, 9300, 25_672,
])

/** Several members with a port for each other: whether they look each other up before they are ready nobody says. */
function memberPort(waiting: readonly Pod[]): Sign | null {
  const [first] = waiting
  const port = first?.containers
    .flatMap(({ ports }) => ports)
    .find((it) => memberPorts.has(it.port) || (it.name !== null && ofMembers.test(it.name)))
  return port === undefined ? null : { kind: 'ports', where: `port ${port.port}`, said: port.name ?? `${port.port}` }
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
  end: { confidence: 'inferred', severity: 'error' },
  log: { confidence: 'inferred', severity: 'error' },
  spec: { confidence: 'possible', severity: 'warning' },
  ports: { confidence: 'possible', severity: 'warning' },
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
