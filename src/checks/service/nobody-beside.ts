import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Known } from '../../model/known.ts'
import type { Container, NearbyCall, Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { subject, type Subject, subjectKey } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { idleOf, isAwaited, scalersOf, toldText, withNextPods } from '../../relations/service/next-pods.ts'
import { isTargetPod } from '../../relations/asked-about.ts'
import { isOver } from '../../relations/service/service-selects-pod.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * `localhost` is the pod: all of its containers share it (Pod networking, "localhost"), and nobody else's server is
 * there. `status.hostIP` is the node, of which a pod has a port by `hostPort` or `hostNetwork` alone. What declares its
 * ports need not declare each of them (core/v1, ContainerPort), so that this is possible at most.
 */
export default check({
  code: 'SVC268',
  slug: 'service/nobody-beside',
  title: 'a program is told to call a port of its pod or node that nobody has',
  fine: 'ports of their own pod and node that programs are told to call are declared there',
  severity: 'warning',
  needs: ['pods'],
  wants: ['services', 'workloads', 'beside'],
  remedies: [],
  decides: [],

  run({ pods, services, workloads, beside, scope }) {
    const live = pods.filter((it) => !isOver(it))
    const told = toldNearby(withNextPods(pods, workloads).filter((it) => !isOver(it)))
    if (told.length === 0) return notApplicable('no value that was read tells to call a port of its own pod or node')
    const scalers = scalersOf(beside)
    const judged = told.map((one) => {
      const it = { ...one, isDue: isAwaited(one.pod, scalers) }
      if (it.call.of === 'pod') return ofPod(it, { services, isAsked: isTargetPod(scope, it.pod) })
      return scope.namespace === null
        ? ofNode(it, live, services)
        : cannotTell('not-asked', `pods of other namespaces, which may have port ${it.call.port} of nodes`)
    })
    const found = judged.filter((it) => it !== null)
    return found.length > 0 ? found : cannotTell('ambiguous', 'containers that declare no port may listen on any')
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${toldText(on, args.idle)} call port ${args.port} of ` +
      (args.of === 'pod'
        ? 'its own pod (localhost), and no container there declares that port.'
        : `its node, and nobody has that port of nodes.`),
    detail: ({ args }) =>
      `${args.by ?? 'its command'} in container ${args.container} · ` +
      (args.of === 'pod' ? `ports there: ${some(args.ports)}` : `${args.agent} declares it without hostPort`),
    note: ({ args }) =>
      args.of === 'pod'
        ? 'localhost is the pod itself; a container may listen on a port that it does not declare, and connections ' +
          'to one where nobody listens are refused'
        : 'a node has a port of a pod by hostPort or hostNetwork alone; connections to it are refused else',
    help: ({ subject: on, args }) =>
      args.of === 'pod'
        ? [
            `set ${args.by ?? 'its argument'} of ${on.kind} ${on.name} to ` +
              (args.offering === null
                ? 'a port on which the pod listens'
                : `Service ${args.offering}, which offers port ${args.port}, if that one is meant`),
            `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml | grep -A4 containerPort`,
          ]
        : [
            `give ${args.agent} a hostPort ${args.port}, or call it by its Service`,
            'kubectl get daemonsets -A -o wide',
          ],
  },
})

interface Told {
  readonly pod: Pod
  readonly on: Subject
  readonly container: Container
  readonly call: NearbyCall
}

interface Judged extends Told {
  readonly isDue: boolean
}

/** It stands before metrics of the pod, whose port few declare (OpenShift's dns-default, the operator SDK's pods). */
const isGuard = /kube-rbac-proxy/

/** Each once a workload: its pods have one template. */
function toldNearby(pods: readonly Pod[]): readonly Told[] {
  const all = new Map<string, Told>()
  for (const pod of pods) {
    if (pod.containers.every((it) => it.nearby === undefined)) continue
    const on = workloadOfPod(pod)
    for (const container of pod.containers.filter((it) => !isGuard.test(`${it.name} ${it.image}`)))
      for (const call of container.nearby ?? [])
        if (!isOwnPage.test(call.by ?? '') && !isOfMesh(call.port))
          all.set(`${subjectKey(on)} ${call.of}:${call.port}`, { pod, on, container, call })
  }
  return [...all.values()]
}

/** Where a program shows its own state, to itself or to the kubelet. */
const isOwnPage = /health|metric|admin|probe|management|debug|pprof|status|self/i

/** Of Istio's and Linkerd's proxies, which are not asked to declare them. */
function isOfMesh(port: number): boolean {
  return (port >= 15_000 && port < 15_100) || (port >= 4140 && port <= 4191)
}

/** What a reverse proxy leads to, and what servers of data have: no program calls these of itself. */
const namesAnother = /upstream|backend|proxy[-_]?(?:pass|to|url)|target|forward/i
const ofServers: ReadonlySet<number> = new Set([1433, 3306, 5432, 5672, 6379, 8086, 9042, 9092, 9200, 11_211, 27_017])

/** null: a container that declares no port may listen on any. */
function ofPod({ pod, on, container, call, isDue }: Judged, { services, isAsked }: Around) {
  const isThere = pod.containers.some((it) => hasPort(it, call.port))
  if (isThere) return ok(1)
  if (pod.hostNetwork || pod.containers.some((it) => it.ports.length === 0)) return null
  const isAnothers = pod.containers.length > 1 && (namesAnother.test(call.by ?? '') || ofServers.has(call.port))
  const offering = services.known ? offeringOf(pod, call, services.value) : null
  const ports = pod.containers.flatMap((it) => it.ports.map(({ port }) => `${it.name} ${port}`))
  return finding({
    subject: on,
    confidence: 'possible',
    severity: (isAnothers || (isAsked && offering !== null)) && isDue ? 'warning' : 'info',
    args: { ...toldArgs(container, call), idle: idleOf(pod), ports, agent: null, offering },
    evidence: [evidenceOf({ on, container, call }, 'localhost', 'declared by no container of the pod')],
  })
}

interface Around {
  readonly services: Known<readonly Service[]>
  readonly isAsked: boolean
}

/**
 * The Service that may be meant: of its own namespace, at that very port. Of a port that many have (8080), only one
 * that the variable is named after: `ORDERS_URL` and Service `orders`.
 */
function offeringOf({ namespace }: Pod, { by, port }: NearbyCall, services: readonly Service[]): string | null {
  const words = (by ?? '').toLowerCase().split(/[^a-z0-9]+/)
  const its = services.find(
    (it) =>
      it.namespace === namespace &&
      it.ports.some((one) => one.port === port) &&
      (ofServers.has(port) || words.includes(it.name.toLowerCase())),
  )
  return its === undefined ? null : `${its.name}.${its.namespace}`
}

function hasPort({ ports, listens = [], readinessProbe, livenessProbe, startupProbe }: Container, port: number) {
  const probes = [readinessProbe, livenessProbe, startupProbe].some((it) => it?.split(/[/ ]/).includes(`:${port}`))
  return probes || ports.some((it) => it.port === port) || listens.some((it) => it.port === port)
}

/** null: what runs on nodes beside the cluster may have it. */
function ofNode(
  { pod, on, container, call, isDue }: Judged,
  pods: readonly Pod[],
  services: Known<readonly Service[]>,
) {
  const { port } = call
  const isThere = pods.some((other) =>
    other.containers.some(
      (it) => it.ports.some(({ hostPort }) => hostPort === port) || (other.hostNetwork && hasPort(it, port)),
    ),
  )
  const isNodePort = services.known && services.value.some((it) => it.ports.some(({ nodePort }) => nodePort === port))
  if (isThere || isNodePort) return ok(1)
  const agent = pods.find(
    (it) =>
      it.owner?.kind === 'DaemonSet' &&
      it.containers.some(({ ports }) => ports.some((one) => one.port === port && one.hostPort === undefined)),
  )
  if (agent === undefined || !services.known) return null
  const of = workloadOfPod(agent)
  return finding({
    subject: on,
    also: [subject(of.kind, of.namespace, of.name)],
    confidence: 'possible',
    severity: isDue ? 'warning' : 'info',
    args: {
      ...toldArgs(container, call),
      idle: idleOf(pod),
      ports: [],
      agent: `${of.kind} ${full(of)}`,
      offering: null,
    },
    evidence: [evidenceOf({ on, container, call }, 'status.hostIP', 'of no hostPort, hostNetwork or nodePort')],
  })
}

function toldArgs(container: Container, { by, of, port }: NearbyCall) {
  return { by, of, port, container: container.name }
}

function evidenceOf({ on, container, call: { by, port } }: Omit<Told, 'pod'>, host: string, label: string) {
  return {
    kind: 'config' as const,
    object: on,
    path: `containers[${container.name}].${by === null || by.startsWith('-') ? 'args' : 'env'}`,
    lines: [by === null ? `${host}:${port}` : `${by}: ${host}:${port}`],
    at: 0,
    mark: `${port}`,
    label,
  }
}
