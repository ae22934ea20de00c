import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { subjectKey } from '../../model/subject.ts'
import { closest } from '../../closest.ts'
import { count, full, some } from '../../phrases.ts'
import { type Callable, calledBy, callableFrom, isInHosts } from '../../relations/service/called-services.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { podsUnready } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import type { WaitedFor } from '../../wire/waits-for.ts'

/**
 * An init container that waits for another program (`until nc -z db 5432; do …`) ends when that answers, and the pod's
 * own containers are not started before (Kubernetes, "Init Containers"). Where the name is nobody's it waits for ever,
 * and no status says so: it runs.
 */
export default check({
  code: 'SVC273',
  slug: 'service/init-waits-in-vain',
  title: 'an init container waits for a Service that is not there',
  fine: 'what init containers wait for is there, and offers the port',
  severity: 'error',
  needs: ['pods', 'services'],
  wants: ['namespaces', 'clusterDns'],
  remedies: [],
  decides: [],

  run({ pods, services, namespaces, clusterDns, scope }) {
    const around = callableFrom({ services, namespaces, clusterDns, scope })
    const waiting = pods.filter(isLive).flatMap((pod) => {
      const { init } = pod
      return init?.waitsFor === undefined || init.waiting !== null
        ? []
        : init.waitsFor.map((it) => ({ pod, container: init.name, asks: it, is: judge(pod, it, around) }))
    })
    if (waiting.length === 0) return notApplicable('no init container here runs and says for whom it waits')
    const found = waiting.filter((it) => it.is !== null)
    const groups = Map.groupBy(found, (it) => `${subjectKey(workloadOfPod(it.pod))} ${it.asks.host}`)
    const all = [...groups.values()].flatMap((its) => told(its))
    return all.length > 0 ? all : ok(new Set(waiting.map((it) => full(it.pod))).size)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${full(on)} does not start: init container ${args.container} waits for ` +
      `${args.host}${args.port === null ? '' : `:${args.port}`}, and ${whyText(args)}.`,
    detail: ({ args }) =>
      `${some(args.pods)} · ` + (args.near === null ? 'nothing there is nearly called that' : `${args.near} is there`),
    note: () => 'the containers of a pod are started when its init containers have ended; one that waits has no status',
    help: ({ subject: on, args }) => [
      args.near === null
        ? `have it wait for what is there, or create Service ${args.service} in namespace ${args.namespace}`
        : `if it was meant, have it wait for ${args.near}; else create what it waits for`,
      `kubectl -n ${args.namespace} get services`,
      `kubectl -n ${on.namespace} logs ${args.pods[0] ?? ''} -c ${args.container} --tail=5`,
    ],
  },
})

interface Missing {
  readonly why: 'no-service' | 'no-namespace' | 'no-port'
  readonly namespace: string
  readonly service: string
  readonly near: string | null
}

interface Waits {
  readonly pod: Pod
  readonly container: string
  readonly asks: WaitedFor
  readonly is: Missing | null
}

function judge(pod: Pod, { host, port }: WaitedFor, around: Callable): Missing | null {
  const called = calledBy(pod, { by: null, host, port }, around)
  switch (called.is) {
    case 'no-service':
    case 'no-namespace': {
      const { namespace, name: service } = called
      return { why: called.is, namespace, service, near: called.near ?? similar(service, namespace, around) }
    }
    case 'no-port': {
      const { namespace, name: service, ports } = called.service
      return { why: 'no-port', namespace, service, near: ports.length === 1 ? `${host}:${ports[0]?.port}` : null }
    }
    case 'elsewhere':
      return byShortName(pod, host, around)
    default:
      return null
  }
}

/**
 * One label, which the search list makes a name of the pod's own namespace. A node's own search list may know it too;
 * then the container would not wait.
 */
function byShortName(pod: Pod, host: string, around: Callable): Missing | null {
  const { namespace } = pod
  const isJudged = !host.includes('.') && pod.dnsPolicy === 'ClusterFirst' && !pod.hostNetwork && !isInHosts(pod, host)
  const isRead = around.scope.namespace === null || around.scope.namespace === namespace
  const isThere = around.services.some((it) => it.namespace === namespace && it.name === host)
  if (!isJudged || !isRead || isThere) return null
  return { why: 'no-service', namespace, service: host, near: similar(host, namespace, around) }
}

/** `postgres` for `postgresql`: the one begins as the other. */
function similar(name: string, namespace: string, { services }: Callable): string | null {
  const beside = services.filter((it: Service) => it.namespace === namespace).map((it) => it.name)
  const begins = beside.filter((it) => it.length > 2 && (it.startsWith(name) || name.startsWith(it)))
  return closest(name, begins, 1)[0] ?? begins[0] ?? null
}

function whyText({ why, service, namespace }: Missing): string {
  switch (why) {
    case 'no-namespace':
      return `there is no namespace ${namespace}`
    case 'no-service':
      return `there is no Service ${service} in namespace ${namespace}`
    case 'no-port':
      return `Service ${namespace}/${service} offers no such port`
  }
}

function told(its: readonly Waits[]) {
  const [first] = its
  if (first === undefined || first.is === null) return []
  const { pod, container, asks, is } = first
  const on = workloadOfPod(pod)
  return [
    finding({
      subject: on,
      confidence: 'inferred',
      args: {
        container,
        host: asks.host,
        port: asks.port,
        why: is.why,
        namespace: is.namespace,
        service: is.service,
        near: is.near,
        pods: its.map((it) => it.pod.name),
      },
      evidence: [
        {
          kind: 'fact',
          label: `init container ${container}, running in ${count(its.length, 'pod')}`,
          value: `asks ${asks.host}${asks.port === null ? '' : `:${asks.port}`}`,
        },
      ],
      causes: [podsUnready(on)],
    }),
  ]
}
