import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok, type Severity } from '../../findings/verdict.ts'
import type { Service } from '../../model/service.ts'
import type { Scaler } from '../../model/beside.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import type { Call, Pod } from '../../model/pod.ts'
import type { Scope } from '../../model/sources.ts'
import { subject, type Subject, subjectKey } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { isTargetPod } from '../../relations/asked-about.ts'
import {
  calledBy,
  spelledOut,
  type Called,
  type ToldCall,
  toldCalls,
  callableFrom,
} from '../../relations/service/called-services.ts'
import { idleOf, isAwaited, scalersOf, toldText, withNextPods } from '../../relations/service/next-pods.ts'
import { dueMember } from '../../relations/service/members-due.ts'
import { isRegistered } from '../../relations/mesh/registered-hosts.ts'
import { once, put } from '../../relations/once.ts'
import { podsUnnamed, toldWrongly, svcUnanswered } from '../../relations/symptom.ts'
import { isOver } from '../../relations/service/service-selects-pod.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * Programs are told by their environment and their flags whom to call. A name that no Service has, or a port that the
 * Service does not offer, is seen from inside as NXDOMAIN and as a connect that nobody answers (kube-proxy's REJECT, or
 * silence), and from outside not at all: the Service itself is well.
 */
export default check({
  code: 'SVC217',
  slug: 'service/called-otherwise',
  title: 'a program is told to call what is not there',
  fine: 'what programs are told to call is there, and offers the port',
  severity: 'warning',
  needs: ['pods', 'services'],
  wants: ['namespaces', 'clusterDns', 'mesh', 'workloads', 'beside'],
  remedies: [],
  decides: ['SVC-01', 'SVC-02', 'SVC-23'],

  run({ pods, services, clusterDns, namespaces, mesh, workloads, beside, scope }) {
    const around = {
      ...callableFrom({ services, namespaces, clusterDns, scope }),
      pods,
      ...(namesByPods(clusterDns) ? { podNames: 'maybe' as const } : {}),
    }
    // A ServiceEntry of that name is somebody's plan for it, with a sidecar that answers for it.
    const isPlanned = (call: Call, called: Called): boolean =>
      (called.is === 'other-domain' || isGuess(called)) && mesh.known && isRegistered(mesh.value, call.host)
    // A pod that its StatefulSet is to make, and has not yet, is told rightly: SVC284.
    const isDue = (pod: Pod, call: Call, called: Called): boolean =>
      called.is === 'no-pod' &&
      workloads.known &&
      dueMember(call.host, pod.namespace, { workloads: workloads.value, services, pods }) !== null
    // Most lead elsewhere: nothing is made of those.
    const all = withNextPods(pods, workloads)
    const told = toldCalls(all)
    const inside = told.flatMap((it): readonly Judged[] => {
      const called = calledBy(it.pod, it.call, around)
      const isNothing = called.is === 'elsewhere' || isPlanned(it.call, called) || isDue(it.pod, it.call, called)
      return isNothing ? [] : [{ ...it, called }]
    })
    const unread = unreadOf(all)
    if (inside.length === 0)
      return notApplicable(`no environment variable or argument here names a Service${leftText(told.length, unread)}`)
    const wrongly = inside.filter((it) => it.called.is !== 'there')
    // A variable and the script that reads it, or two variables: one workload is told one thing.
    const alike = Map.groupBy(wrongly, ({ pod, call }) => `${subjectKey(workloadOfPod(pod))} ${hostOf(call)}`)
    const scalers = scalersOf(beside)
    const found = listed([...alike.values()]).flatMap(
      ({ its, others }) => verdict(its, { pods, scope, scalers, others }) ?? [],
    )
    return found.length > 0
      ? found
      : ok(inside.length, `${inside.length} judged${leftText(told.length - inside.length, unread)}; ${spelledOut}`)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${toldText(on, args.idle)} call ${args.host}${args.over === null ? '' : ` by ${args.over}`}` +
      `${args.others.length === 0 ? '' : ` and ${count(args.others.length, 'other place')}`}, ${wrong(args)}.`,
    detail: ({ args }) =>
      `${some([args.by ?? 'its command', ...args.more])} in container ${args.container}` +
      `${args.map === null ? '' : ` by ConfigMap ${args.map}`}` +
      `${args.key === null ? '' : `, key ${args.key}, line ${args.line}`}` +
      `${args.unread === 0 ? '' : `, and ${count(args.unread, 'value')} more of that container not read`} · ` +
      (args.near === null ? nothingNear(args) : nearText(args.near, args.is)),
    note: ({ args }) => noteOf(args),
    help: ({ subject: on, args }) => [
      args.is === 'no-pod' ? scaleText(on, args) : setText(on, args),
      `kubectl -n ${args.namespace} get services`,
    ],
  },
})

/** Each workload's once. */
function unreadOf(pods: readonly Pod[]): number {
  const all = new Map(pods.filter((it) => !isOver(it)).map((it) => [subjectKey(workloadOfPod(it)), it]))
  return [...all.values()].flatMap((it) => it.containers.map((one) => one.unread ?? 0)).reduce((sum, it) => sum + it, 0)
}

/** What was not judged: names of nobody here, or of whom nobody can tell, and values that were not read. */
function leftText(elsewhere: number, unread: number): string {
  return (
    (elsewhere === 0 ? '' : `, ${count(elsewhere, 'name')} not: of nobody here, or not to be told`) +
    (unread === 0 ? '' : `, ${count(unread, 'value')} not read`)
  )
}

interface SetTo extends Pick<Call, 'by'> {
  readonly map: string | null
  readonly near: string | null
  readonly wrong: string
  readonly to: string
  readonly is: Called['is']
  readonly srv: string | null
}

function setText(on: Subject, { by, map, near, wrong, to, is, srv }: SetTo): string {
  if (is === 'other-protocol')
    return (
      'give the Service that port for this protocol too, if its pods take it; else ' +
      `set ${by ?? 'the argument'} of ${placeOf(on, { map })} to the scheme that fits`
    )
  if (is === 'no-srv')
    return (
      `name the port of the Service \`${srv}\`, or set ${by ?? 'the argument'} of ` +
      `${placeOf(on, { map })} to ${near ?? 'a name without SRV, with its port'}`
    )
  return near === null
    ? `set ${by ?? 'its argument'} of ${placeOf(on, { map })} to a Service and a port that are there`
    : `if it was meant, set ${wrong} of ${placeOf(on, { map })} to ${to}`
}

/** Each pod of a StatefulSet has data of its own: another one is no stand-in for it. */
function scaleText(on: Subject, args: { readonly by: string | null; readonly map: string | null }): string {
  return (
    'if the StatefulSet should have that pod, scale it; a pod of another number has other data, so set ' +
    `${args.by ?? 'its argument'} of ${placeOf(on, args)} to one only if that one was meant`
  )
}

/** An endpoint without a host name is named by its pod then; nobody knows where the text was not read. */
function namesByPods(dns: Known<ClusterDns>): boolean {
  return !dns.known || !dns.value.corefile.known || /\bendpoint_pod_names\b/.test(dns.value.corefile.value)
}

/** Where the variable is written. */
function placeOf({ kind, name }: Subject, { map }: { readonly map: string | null }): string {
  return map === null ? `${kind} ${name}` : `ConfigMap ${map}`
}

interface Listed {
  readonly its: readonly Judged[]
  /** What else the same variable tells, as wrongly. */
  readonly others: readonly string[]
}

/** So many places of one variable, all wrong in the same way, are one list: it has one cause. A file has lines. */
const enoughForList = { ofVariable: 4, ofFile: 20 }

function listed(all: readonly (readonly Judged[])[]): readonly Listed[] {
  const byVariable = Map.groupBy(all, ([it]) =>
    it === undefined ? '' : `${subjectKey(workloadOfPod(it.pod))} ${it.container} ${it.call.by} ${it.called.is}`,
  )
  return [...byVariable.values()].flatMap((lists): readonly Listed[] => {
    const [first = [], ...more] = lists
    const enough = first[0]?.call.key === undefined ? enoughForList.ofVariable : enoughForList.ofFile
    if (lists.length < enough) return lists.map((its) => ({ its, others: [] }))
    return [{ its: first, others: more.flatMap(([it]) => (it === undefined ? [] : [hostOf(it.call)])) }]
  })
}

type Judged = ToldCall & { readonly called: Called }

function hostOf({ host, port, srv }: Call): string {
  const name = srv === undefined ? host : `${srv}.${host}`
  return port === null ? name : `${name}:${port}`
}

/** What is wrong, and what it should be: the port's own variable, where it has one and the port alone is wrong. */
function wrongOf(call: Call, called: Called, near: string | null) {
  const isPort = called.is === 'no-port' || called.is === 'unmapped'
  return isPort && call.portBy !== undefined
    ? { wrong: call.portBy, to: near?.replace(/^.*:/, '') ?? '' }
    : { wrong: partOf(call, near), to: near ?? '' }
}

/** Of a URL, or of a host with its port, the rest stays as it is. */
function partOf({ by, port, portBy, scheme, isUrl }: Call, near: string | null): string {
  const whole = by ?? 'its argument'
  const isBare = scheme === undefined && isUrl !== true && (port === null || portBy !== undefined)
  if (isBare) return whole
  return near?.includes(':') === true ? `the host and port in ${whole}` : `the host in ${whole}`
}

/** Where to look: where the one is that may be meant, or where it is not. */
function lookedAt(called: Called, near: string | null, own: string): string {
  if ('service' in called) return called.service.namespace
  if (called.is !== 'no-service') return own
  return near === null ? called.namespace : (/^[^.:]+\.([^.:]+)/.exec(near)?.[1] ?? own)
}

/** By the objects there is such a name: what DNS says of it was not asked. */
function nearText(near: string, is: Noted['is']): string {
  return is === 'other-domain' || is === 'no-svc' || is === 'left-out'
    ? `here it is called \`${near}\``
    : `\`${near}\` is there`
}

function nothingNear({ is }: Pick<Noted, 'is'>): string {
  if (is === 'other-protocol') return 'TCP and UDP are ports of their own'
  if (is === 'no-srv') return 'no port has that name'
  return is === 'no-pod-name' ? 'no Service here gives that pod a name' : 'nothing there is nearly called that'
}

/** What the spec says, with the wrong part marked. */
function linesOf(call: Call, isPort: boolean) {
  const { by, host, port, portBy } = call
  const place = hostOf(call)
  if (portBy === undefined) return { lines: [by === null ? place : `${by}: ${place}`], at: 0 }
  return { lines: [`${by}: ${host}`, `${portBy}: ${port}`], at: isPort ? 1 : 0 }
}

/** Pods of StatefulSets by namespace and subdomain, one of each set. */
const ofSets = once((pods: readonly Pod[]): ReadonlyMap<string, readonly Pod[]> => {
  const all = new Map<string, Map<string, Pod>>()
  for (const it of pods) {
    if (it.owner?.kind !== 'StatefulSet' || it.subdomain === undefined) continue
    const sets = put(all, `${it.namespace}/${it.subdomain}`, () => new Map<string, Pod>())
    put(sets, it.owner.name, () => it)
  }
  return new Map([...all].map(([key, sets]) => [key, [...sets.values()]]))
})

/** Whose StatefulSet's pods are without a name: of a pod called by its own name below a Service. */
function unnamed({ called, call }: Judged, pods: readonly Pod[]): readonly string[] {
  if (called.is === 'no-pod-name')
    return called.set === null ? [] : [podsUnnamed({ namespace: called.service.namespace, name: called.set })]
  if (called.is !== 'no-service') return []
  const [hostname = '', name] = call.host.split('.')
  if (name !== called.name) return []
  const set = ofSets(pods)
    .get(`${called.namespace}/${name}`)
    ?.find((it) => hostname.startsWith(`${it.owner?.name}-`))
  return set?.owner == null ? [] : [podsUnnamed({ namespace: set.namespace, name: set.owner.name })]
}

interface Around {
  readonly pods: readonly Pod[]
  readonly scope: Scope
  readonly scalers: readonly Scaler[]
  readonly others: readonly string[]
}

/** Several are one: the same workload is told the same by each. */
function verdict(its: readonly Judged[], { pods, scope, scalers, others }: Around) {
  const sorted = its.toSorted((a, b) => Number(a.call.by === null) - Number(b.call.by === null))
  const [first] = sorted
  if (first === undefined) return null
  const { pod, container, call, called } = first
  if (called.is === 'elsewhere' || called.is === 'there') return null
  const on = workloadOfPod(pod)
  const host = hostOf(call)
  const near = nearOf(called)
  const isPort = called.is === 'no-port' || called.is === 'unmapped'
  return finding({
    subject: on,
    also: also(called),
    // Another cluster may have that domain, and whoever stands behind `forward` may know its names.
    // Whether a program reads a file that it mounts is not told by its spec.
    confidence:
      call.key !== undefined || isGuess(called) || (called.is === 'other-domain' && called.told !== 'cluster.local')
        ? 'possible'
        : 'inferred',
    severity:
      isTargetPod(scope, pod) || isAwaited(pod, scalers)
        ? severityOf(isTargetPod(scope, pod) && !isGuess(called), call.by)
        : 'info',
    args: {
      idle: idleOf(pod),
      is: called.is,
      host,
      ...askedHow(call, called),
      by: call.by,
      map: call.map ?? null,
      key: call.key ?? null,
      line: call.line ?? null,
      others,
      unread: others.length === 0 ? 0 : (pod.containers.find((it) => it.name === container)?.unread ?? 0),
      more: [...new Set(sorted.slice(1).map((it) => it.call.by ?? 'its command'))],
      ...wrongOf(call, called, near),
      container,
      near,
      port: call.port,
      isTargetPort: called.is === 'no-port' && called.service.ports.some((it) => it.targetPort === called.port),
      namespace: lookedAt(called, near, pod.namespace),
    },
    evidence: evidenceOf(first, { on, others, isPort }),
    symptoms: unnamed(first, pods),
    // The Service may be what is wrong: for UDP where its pods listen on TCP.
    dueTo: called.is === 'other-protocol' ? [svcUnanswered(called.service)] : [],
    causes: [toldWrongly(on)],
  })
}

interface Shown {
  readonly on: Subject
  readonly others: readonly string[]
  readonly isPort: boolean
}

function evidenceOf(it: Judged, { on, others, isPort }: Shown) {
  const { pod, call, called } = it
  return [
    {
      kind: 'config' as const,
      object: call.map === undefined ? on : subject('ConfigMap', pod.namespace, call.map),
      path: pathOf(it),
      ...linesOf(call, isPort),
      mark: isPort ? `${call.port}` : call.host,
      label: labelOf(called),
    },
    ...(others.length === 0 ? [] : [{ kind: 'fact' as const, label: 'the same of', value: some(others, 8) }]),
  ]
}

function askedHow({ srv }: Call, called: Called) {
  return {
    over: called.is === 'other-protocol' ? called.over : null,
    srv: srv?.replace(/^_([^.]*)\..*$/, '$1') ?? null,
  }
}

function isGuess(called: Called): boolean {
  return 'isGuess' in called && called.isGuess === true
}

function pathOf({ container, call: { by, map, key } }: Judged): string {
  if (map !== undefined) return key === undefined ? 'data' : `data[${key}]`
  return `containers[${container}].${by === null || by.startsWith('-') ? 'args' : 'env'}`
}

/** Spans and metrics that nobody takes are thrown away, and the program goes on: many a chart names a collector. */
function severityOf(isTarget: boolean, by: string | null): Severity {
  const isTelemetry = by !== null && telemetry.test(by)
  if (isTarget) return isTelemetry ? 'warning' : 'error'
  return isTelemetry ? 'info' : 'warning'
}

const telemetry = /^-{0,2}(?:OTEL|JAEGER|ZIPKIN|DD|DATADOG|STATSD|SENTRY|ELASTIC_APM|NEW_RELIC)[_.-]|TRACING|TELEMETRY/i

interface Noted {
  readonly is: Called['is']
  readonly isTargetPort: boolean
  readonly port: number | null
}

function noteOf({ is, isTargetPort, port }: Noted): string {
  if (is === 'docker') return 'the machine that one develops on: a cluster elsewhere knows no such name'
  if (is === 'no-srv')
    return "the cluster's DNS has an SRV record of each port that has a name, by that name, and denies all others"
  if (is === 'unmapped')
    return 'a headless Service gives out the addresses of its pods: clients meet the pods at the very port they ask for'
  if (is === 'no-pod-name')
    return (
      'a pod has its name below the Service that its subdomain names, the serviceName of its StatefulSet, ' +
      'and below no other'
    )
  if (is === 'other-domain')
    return (
      "this cluster's DNS has that domain in no line of its Corefile, and asks servers outside for it: they deny " +
      'such names, unless another cluster has that domain and they know of it'
    )
  if (is === 'left-out')
    return 'a Service has the name SERVICE.NAMESPACE.svc in the whole cluster, and SERVICE alone in its own namespace'
  if (is === 'no-svc') return "this cluster's DNS has the whole domain, and denies what is not below `svc` or `pod`"
  return is === 'no-port' && isTargetPort
    ? `pods listen on ${port}: that is the Service's targetPort, and who calls the Service uses its port`
    : 'seen in the spec alone: whether the program calls it, and when, was not measured'
}

/** Whoever asks about the Service that is called is told of it, too. */
function also(called: Called): readonly Subject[] {
  return 'service' in called ? [subject('Service', called.service.namespace, called.service.name)] : []
}

function nearOf(called: Called): string | null {
  if (called.is === 'no-port') {
    const { name, ports } = called.service
    const same = ports.find((it) => it.targetPort === called.port) ?? (ports.length === 1 ? ports[0] : undefined)
    return same === undefined ? null : `${name}:${same.port}`
  }
  if (called.is === 'unmapped') return `${called.service.name}:${called.target}`
  return 'near' in called ? called.near : null
}

function labelOf(called: Called): string {
  switch (called.is) {
    case 'no-port': {
      const { service } = called
      return `Service ${full(service)} offers ${service.ports.map((it) => it.port).join(', ') || 'no port'}`
    }
    case 'other-protocol': {
      const its = called.service.ports.filter((it) => it.port === called.port).map((it) => it.protocol)
      return `Service ${full(called.service)} offers ${called.port} for ${its.join(', ')} alone, not for ${called.over}`
    }
    case 'no-srv':
      return `ports of Service ${full(called.service)}: ${some(portNames(called.service))}`
    case 'unmapped':
      return `headless: pods of Service ${full(called.service)} listen on ${called.target}`
    case 'no-pod-name':
      return `Service ${full(called.service)} does not name pod ${called.pod}`
    case 'no-pod':
      return `StatefulSet ${called.set} has ${count(called.pods, 'pod')}, up to ${called.near}`
    case 'no-namespace':
      return `no namespace \`${called.namespace}\``
    case 'docker':
      return 'no line of the Corefile and no hostAliases has this name'
    case 'other-domain':
      return `this cluster's domain is another`
    case 'left-out':
      return 'the namespace stands between the name and `svc`'
    case 'no-svc':
      return 'names of Services are below `svc`'
    default:
      return 'name' in called ? `namespace ${called.namespace} has no Service \`${called.name}\`` : 'not there'
  }
}

const says = {
  'other-protocol': 'a port that this Service does not offer for that protocol',
  'no-srv': 'and the Service has no port of that name',
  'no-port': 'a port that this Service does not offer',
  unmapped: 'a port that the pods of this headless Service do not listen on',
  'no-pod-name': 'and this Service gives that pod no name',
  'no-pod': 'and there is no such pod',
  'no-service': 'and there is no such Service',
  'no-namespace': 'and there is no such namespace',
  docker: 'which Docker Desktop alone gives its containers',
  'other-domain': "which is not of this cluster's domain",
  'left-out': 'without the namespace that stands before `svc`',
  'no-svc': 'and no Service has its name there, without `svc`',
} as const

function wrong(args: { readonly is: keyof typeof says }): string {
  return says[args.is]
}

function portNames({ ports }: Service): readonly string[] {
  return ports.map((it) => it.name ?? `${it.port}`)
}
