import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok, type Severity } from '../../findings/verdict.ts'
import type { AdvertisedCall, Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { subject, type Subject, subjectKey } from '../../model/subject.ts'
import { full } from '../../phrases.ts'
import { isTargetPod } from '../../relations/asked-about.ts'
import { type Callable, type Called, calledBy, callableFrom } from '../../relations/service/called-services.ts'
import { idleOf, isAwaited, scalersOf, withNextPods } from '../../relations/service/next-pods.ts'
import { isOver, podsOfServices } from '../../relations/service/service-selects-pod.ts'
import { toldWrongly } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * Kafka, etcd, Redis Cluster and Cassandra answer a client's first connection with the names by which it is to call the
 * members (Kafka, `advertised.listeners`). That first one goes to a Service that is well, so that nothing is seen to
 * fail until the client calls what it was told.
 */
export default check({
  code: 'SVC300',
  slug: 'service/tells-clients-astray',
  title: 'a server tells its clients to call what is not there',
  fine: 'the names of the cluster that servers tell their clients are there',
  severity: 'warning',
  needs: ['pods', 'services'],
  wants: ['namespaces', 'clusterDns', 'workloads', 'beside'],
  remedies: [],
  decides: [],

  run({ pods, services, clusterDns, namespaces, workloads, beside, scope }) {
    const around = { ...callableFrom({ services, namespaces, clusterDns, scope }), pods }
    const judged = advertisedBy(withNextPods(pods, workloads)).flatMap((it) => {
      const called = advertisedTo(it, around)
      return called.is === 'elsewhere' ? [] : [{ ...it, called }]
    })
    if (judged.length === 0) return notApplicable('no server here is told to tell its clients a name of this cluster')
    const scalers = scalersOf(beside)
    const podsOf = podsOfServices(pods)
    const found = judged.flatMap((it) => {
      const { called } = it
      if (called.is === 'there') return []
      const before = services.filter((one) => podsOf(one).includes(it.pod))
      const severity = severityOf(isTargetPod(scope, it.pod), isAwaited(it.pod, scalers))
      return [verdict(it, called, before, severity)]
    })
    return found.length > 0 ? found : ok(judged.length)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${args.idle === null ? '' : 'The next pod of '}${on.kind} ${full(on)} ` +
      `${args.idle === null ? 'tells' : 'would tell'} its clients to call ${args.host}, ${says[args.is] ?? notThere}.`,
    detail: ({ args }) =>
      `${args.by} in container ${args.container}` +
      (args.map === null ? '' : ` by ConfigMap ${args.map}`) +
      (args.key === null ? '' : `, key ${args.key}, line ${args.line}`) +
      (args.near === null ? '' : ` · \`${args.near}\` is there`),
    note: () =>
      'clients that come by another name are answered at first, and told to go on to this one: their next lookup or ' +
      'connection fails',
    help: ({ subject: on, args }) => [
      `set ${args.by} of ${args.map === null ? `${on.kind} ${on.name}` : `ConfigMap ${args.map}`} to ` +
        (args.near === null ? 'the name of a Service that is there' : `the name of ${args.near}, if it was meant`),
      `kubectl -n ${on.namespace} get services`,
    ],
  },
})

const notThere = 'which is not there'

const says: Readonly<Partial<Record<Called['is'], string>>> = {
  'no-port': 'a port that this Service does not offer',
  unmapped: 'a port that the pods of this headless Service do not listen on',
  'no-pod-name': 'and this Service gives its pods no such name',
  'no-pod': 'and there is no such pod',
  'no-service': 'and there is no such Service',
  'no-namespace': 'and there is no such namespace',
  'other-domain': "which is not of this cluster's domain",
  'left-out': 'without the namespace that stands before `svc`',
}

interface Told {
  readonly pod: Pod
  readonly container: string
  readonly call: AdvertisedCall
}

/** Each once a workload: its pods have one template. */
function advertisedBy(pods: readonly Pod[]): readonly Told[] {
  const all = new Map<string, Told>()
  for (const pod of pods) {
    if (isOver(pod)) continue
    for (const { name: container, advertises = [] } of pod.containers)
      for (const call of advertises) {
        const key = `${subjectKey(workloadOfPod(pod))} ${call.host}:${call.port}`
        if (!all.has(key)) all.set(key, { pod, container, call })
      }
  }
  return [...all.values()]
}

/**
 * DNS has a pod's own name below the headless Service that is its subdomain, and below no other (CoreDNS,
 * plugin/kubernetes; core/v1, PodSpec.subdomain).
 */
function advertisedTo({ pod, call }: Told, around: Callable): Called {
  const called = calledBy(pod, { ...call, isUrl: true }, around)
  if (call.own !== true || called.is !== 'there' || pod.hostname === undefined) return called
  const { service } = called
  const isNamed = pod.subdomain === service.name && pod.namespace === service.namespace
  const near = pod.subdomain === undefined ? null : `${pod.subdomain}.${pod.namespace}`
  return isNamed || around.podNames === 'maybe'
    ? called
    : { is: 'no-pod-name', service, pod: pod.hostname, near, set: null }
}

function severityOf(isAsked: boolean, isDue: boolean): Severity {
  if (!isDue) return 'info'
  return isAsked ? 'error' : 'warning'
}

type Astray = Exclude<Called, { readonly is: 'elsewhere' | 'there' }>

function verdict({ pod, container, call }: Told, called: Astray, before: readonly Service[], severity: Severity) {
  const on = workloadOfPod(pod)
  const place = call.port === null ? call.host : `${call.host}:${call.port}`
  const host = call.own === true ? `POD.${place}` : place
  return finding({
    subject: on,
    also: alsoOf(called, before),
    confidence: call.key !== undefined || ('isGuess' in called && called.isGuess === true) ? 'possible' : 'inferred',
    severity,
    args: {
      idle: idleOf(pod),
      is: called.is,
      host,
      by: call.by,
      map: call.map ?? null,
      key: call.key ?? null,
      line: call.line ?? null,
      container,
      near: 'near' in called ? called.near : null,
    },
    evidence: [
      {
        kind: 'config',
        object: call.map === undefined ? on : subject('ConfigMap', pod.namespace, call.map),
        path: pathOf(container, call),
        lines: [`${call.by}: ${host}`],
        at: 0,
        mark: call.host,
        label: 'what clients are told',
      },
    ],
    causes: [toldWrongly(on)],
  })
}

/** Whoever asks about a Service before these pods is told what its clients are told next. */
function alsoOf(called: Astray, before: readonly Service[]): readonly Subject[] {
  const all = [...before, ...('service' in called ? [called.service] : [])]
  const each = all.map((it) => subject('Service', it.namespace, it.name))
  return [...new Map(each.map((it) => [subjectKey(it), it])).values()]
}

function pathOf(container: string, { by, map, key }: AdvertisedCall): string {
  if (map !== undefined) return key === undefined ? 'data' : `data[${key}]`
  return `containers[${container}].${by.startsWith('-') ? 'args' : 'env'}`
}
