import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { Evidence } from '../../findings/evidence.ts'
import type { Node } from '../../model/node.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import type { Scope } from '../../model/sources.ts'
import { type Subject, subjectKey } from '../../model/subject.ts'
import type { Workload } from '../../model/workload.ts'
import { countEndpoints, slicesOfServices } from '../../relations/service/service-endpoints.ts'
import { once } from '../../relations/once.ts'
import { problemsOf } from '../../relations/pod-problem.ts'
import { backingOf } from '../../relations/service/service-backing.ts'
import { circlesOf } from '../../relations/service/waits-in-circle.ts'
import { hasPairs } from '../../relations/selector.ts'
import { isOver, selectorOf } from '../../relations/service/service-selects-pod.ts'
import {
  nodeDown,
  noEndpoints,
  noPodNetwork,
  nothingMade,
  peersWait,
  podsUnready,
  registryUnknown,
  svcUnanswered,
  unready,
} from '../../relations/symptom.ts'
import { type Refusal, refusalsOf, refusalText, refusedBy } from '../../relations/workload-refusal.ts'
import { dueToShared } from '../../relations/service/shared-address.ts'
import { type Top, workloadOfPod } from '../../relations/workload-of-pod.ts'
import {
  commandsFor,
  firstStep,
  lookArgs,
  type ReasonedPods,
  reasons,
  reasonsEvidence,
  serviceSubject,
} from './words.ts'
import { count, full, some } from '../../phrases.ts'
import { type IpFamily, familyOf } from '../../wire/ip-family.ts'

/** Only ready pods become ready endpoints. With none, kube-proxy refuses: the Service is as good as empty. */
export default check({
  code: 'SVC205',
  slug: 'service/no-ready-endpoints',
  title: 'a Service has pods, and none is ready',
  fine: 'every Service with pods has a ready one',
  severity: 'error',
  needs: ['services', 'pods'],
  wants: ['workloads', 'endpointSlices', 'nodes', 'events', 'programLogs', 'clusterDns'],
  remedies: [],
  decides: ['SVC-05', 'SVC-08', 'SVC-09', 'SVC-26', 'SVC-28'],

  run({ services, pods, workloads, endpointSlices, nodes, events, programLogs, clusterDns, scope }) {
    const choosing = services.filter((it) => selectorOf(it) !== null)
    if (choosing.length === 0) return notApplicable('no Service here chooses pods by a selector')
    const [backing, slicesOf] = [
      backingOf(pods, workloads),
      endpointSlices.known ? slicesOfServices(endpointSlices.value) : null,
    ]
    const empty = choosing.filter((it) => backing(it).kind === 'none-ready')
    const [problemOf, refusalOf] = [problemsOf(events, { empty, nodes }), refusalsOf(events)]
    const down = new Set(nodes.known ? nodes.value.filter((it: Node) => it.ready !== 'True').map((it) => it.name) : [])

    const circles = circlesOf(
      choosing.flatMap((service) => {
        const behind = backing(service)
        return behind.kind === 'none-ready' ? [{ service, pods: behind.pods }] : []
      }),
      programLogs.known ? programLogs.value : [],
      { services, namespaces: null, domain: clusterDns.known ? clusterDns.value.domain : null, scope },
    )
    const found = choosing.flatMap((service): readonly Verdict<NoneReady>[] => {
      const behind = backing(service)
      if (behind.kind === 'matches-nothing') return []
      const listed = slicesOf === null ? null : countEndpoints(slicesOf(service)).ready.length
      if (behind.kind === 'some-ready' && listed === 0) return [forgotten(service, behind.ready)]
      if (behind.kind !== 'none-ready' || (service.publishNotReadyAddresses && (listed ?? 1) > 0)) return []
      const [maker] = behind.workloads
      if (maker?.of !== undefined && behind.pods.length === 0)
        return [setAside(service, { ...maker, of: maker.of }, others(choosing, service, maker.of.wanted), scope)]
      return [
        noneReady(service, {
          reasoned: reasons(behind.pods, problemOf),
          all: pods,
          makers: behind.workloads,
          refused: maker === undefined ? null : refusalOf(maker),
          down,
          meant: areJobs(behind.pods) ? meantBy(service, pods) : null,
          circle: circles.get(full(service)) ?? [],
        }),
      ]
    })
    // A Service without a pod may have a workload that makes none, and nobody could look.
    const bare = workloads.known ? [] : choosing.filter((it) => backing(it).kind === 'matches-nothing')
    const unsure =
      workloads.known || bare.length === 0
        ? []
        : [cannotTell(workloads.why.reason, `what makes the pods of ${some(bare.map(full))}: ${workloads.why.detail}`)]
    const verdicts = [...found, ...unsure]
    return verdicts.length > 0 ? verdicts : ok(choosing.length)
  },

  words: {
    headline: ({ subject: on, args }) => `Service ${full(on)} has no ready endpoint: ${whyText(args)}.`,
    detail: ({ args }) => `0 ready of ${count(args.pods, 'pod')} · ${allText(args)}`,
    note: ({ args }) => {
      if (args.circle.length > 0)
        return (
          'while each asks for the other before it is ready, none becomes ready by itself, and what restarts them ' +
          'starts the wait again'
        )
      if (args.lacking !== null)
        return 'slices are of one address family each, and a pod without an address of it is in none'
      return args.case === 'unlisted'
        ? 'the control plane writes EndpointSlices from ready pods: either it lags, ' +
            'or it was at work while hopscope read'
        : 'only ready pods get traffic; with none, connections to the Service are refused at once'
    },
    help: ({ subject: on, args }) => {
      if (args.circle.length > 0)
        return [
          'take the calls of others out of the readiness probe: it is to ask about the process itself',
          ...commandsFor(on.namespace, args),
        ]
      if (args.lacking !== null)
        return [
          `offer the family that the pods have (spec.ipFamilies), or let pods have ${args.lacking} addresses: ` +
            'on nodes and CNI',
          `kubectl -n ${on.namespace} get service ${on.name} -o jsonpath='{.spec.ipFamilies} {.spec.clusterIPs}'`,
          `kubectl -n ${on.namespace} get endpointslices -l kubernetes.io/service-name=${on.name}`,
        ]
      if (args.case === 'unlisted')
        return [
          'run hopscope again; if it stays, the endpoint slice controller is not at work',
          `kubectl -n ${on.namespace} get endpointslices -l kubernetes.io/service-name=${on.name} -o wide`,
          'kubectl -n kube-system logs -l component=kube-controller-manager --tail=50',
        ]
      if (args.case === 'set-aside') return asideHelp(on, args)
      return args.case === 'unmade'
        ? [
            args.refused === null
              ? `find out why ${args.maker} makes no pods: a quota, an admission webhook, ` +
                'a missing service account'
              : `give ${args.maker} what it is refused for`,
            ...(/quota/i.test(`${args.refused}`) ? [`kubectl -n ${on.namespace} describe resourcequota`] : []),
            `kubectl -n ${on.namespace} get events --field-selector reason=FailedCreate`,
          ]
        : [
            args.meant === null
              ? firstStep(args)
              : `if it was meant, select ${args.meant}: the selector chooses a Job's pods alone`,
            ...commandsFor(on.namespace, args),
          ]
    },
  },
})

type NoneReady = {
  /**
   * `unmade`: its workload has no pods. `unlisted`: they are ready, and no slice says so. `set-aside`: of the versions
   * of its workload it chooses one that has none.
   */
  readonly case: 'unmade' | 'nodes-down' | 'not-ready' | 'unlisted' | 'set-aside'
  readonly pods: number
  /** Why pods are not ready, most frequent first, and how many for each. */
  readonly reasons: readonly string[]
  readonly counts: readonly number[]
  readonly nodes: readonly string[]
  readonly maker: string | null
  readonly desired: number | null
  /** In the words of who keeps the maker from making pods, and whether anybody may say so. */
  readonly refused: string | null
  readonly refusedBy: Refusal['from'] | null
  /** The family that the Service offers alone, and none of its ready pods has. */
  readonly lacking: IpFamily | null
  /** Whom it may have meant, where it chooses pods of Jobs alone. */
  readonly meant: string | null
  /** Services that wait for each other by what their pods' logs say, this one first; empty: it is in no such circle. */
  readonly circle: readonly string[]
} & ReturnType<typeof lookArgs>

interface Behind {
  /** Those of others as well. */
  readonly all: readonly Pod[]
  readonly reasoned: readonly ReasonedPods[]
  readonly makers: readonly Top[]
  /** In the words of who keeps the first of them from making pods. */
  readonly refused: Refusal | null
  readonly down: ReadonlySet<string>
  /** Who is called like the Service and bears other labels, where it chooses pods of Jobs alone. */
  readonly meant: string | null
  readonly circle: readonly string[]
}

function areJobs(pods: readonly Pod[]): boolean {
  return pods.length > 0 && pods.every((it) => isOver(it) && it.owner?.kind === 'Job')
}

/** One of each workload, by its name. */
const readyOf = once(
  (pods: readonly Pod[]): ReadonlyMap<string, Pod> =>
    new Map(pods.flatMap((it) => (it.ready ? [[`${it.namespace}/${workloadOfPod(it).name}`, it] as const] : []))),
)

/** Ready pods of a workload of the Service's own name, which its selector does not choose. */
function meantBy({ namespace, name }: Service, pods: readonly Pod[]): string | null {
  const pod = readyOf(pods).get(`${namespace}/${name}`)
  if (pod === undefined) return null
  const { kind } = workloadOfPod(pod)
  const own = Object.entries(pod.labels).filter(([key]) => !/hash$|^statefulset\./.test(key))
  return `${kind} ${name}, whose pods say ${some(own.map(([key, value]) => `${key}=${value}`))}`
}

function noneReady(service: Service, behind: Behind): Verdict<NoneReady> {
  const {
    reasoned,
    makers: [maker],
    refused,
    down,
  } = behind
  const pods = reasoned.flatMap((it) => it.pods)
  const unmade = pods.every(isOver) && maker !== undefined && maker.desired > 0
  const [first] = reasoned
  const where = [...new Set(pods.map((it) => it.node))]
  const onDownNodes = areDown(where, down)
  const notMade = onDownNodes ? 'nodes-down' : 'not-ready'
  return finding({
    subject: serviceSubject(service),
    confidence: 'inferred',
    severity: areJobs(pods) && !unmade ? 'warning' : 'error',
    args: {
      case: unmade ? 'unmade' : notMade,
      pods: pods.length,
      reasons: reasoned.map((it) => it.why),
      counts: reasoned.map((it) => it.pods.length),
      nodes: [...new Set(pods.map((it) => `${it.node}`))],
      maker: maker === undefined ? null : `${maker.kind} ${maker.name}`,
      desired: maker?.desired ?? null,
      refused: refused?.said ?? null,
      refusedBy: refused?.from ?? null,
      lacking: null,
      meant: behind.meant,
      circle: behind.circle,
      ...lookArgs(first),
    },
    evidence: [
      ...behind.makers.map((it) => ({
        kind: 'fact' as const,
        label: `${it.kind} ${full(it)}`,
        value: `wants ${count(it.desired, 'pod')}`,
      })),
      ...(unmade && refused !== null ? [{ kind: 'fact' as const, label: 'refused', value: refusalText(refused) }] : []),
      ...(pods.length === 0 ? [] : [reasonsEvidence('pods that match', reasoned)]),
      ...circleEvidence(behind.circle),
    ],
    symptoms: onDownNodes
      ? where.map((it) => nodeDown(`${it}`))
      : [...unaddressed(pods), ...unpulled(pods), ...unreadyOne(pods), ...waitingSet(pods), ...unreadyMaker(pods)],
    dueTo: [
      ...(unmade ? keptFromMaking(service, refused) : []),
      // The kubelet's probes come to either pod.
      ...dueToShared(
        behind.all,
        pods.map((it) => (it.phase === 'Running' ? it.ip : null)),
      ),
    ],
    causes: [noEndpoints(service), svcUnanswered(service)],
  })
}

/** None of them has been given an address: where no node has a network for pods, that is why. */
function unaddressed(pods: readonly Pod[]): readonly string[] {
  return pods.length > 0 && pods.every((it) => it.ip === null && !it.hostNetwork) ? [noPodNetwork] : []
}

function areDown(nodes: readonly (string | null)[], down: ReadonlySet<string>): boolean {
  return nodes.length > 0 && nodes.every((it) => it !== null && down.has(it))
}

/** Their namespace is going, or a webhook does not answer. */
function keptFromMaking({ namespace }: Service, refused: Refusal | null): readonly string[] {
  return [nothingMade(namespace), ...(refused === null ? [] : refusedBy(refused))]
}

function unreadyOne(pods: readonly Pod[]): readonly string[] {
  const [pod, ...others] = pods
  return pod === undefined || others.length > 0 || pod.phase !== 'Running' || pod.ready ? [] : [unready(pod)]
}

/** All of one workload. */
function unreadyMaker(pods: readonly Pod[]): readonly string[] {
  const makers = new Set(pods.map((it) => podsUnready(workloadOfPod(it))))
  return makers.size === 1 ? [...makers] : []
}

/** Members of one StatefulSet that run and are not ready, each of them: they may wait for each other. */
function waitingSet(pods: readonly Pod[]): readonly string[] {
  const sets = new Set(pods.map((it) => (it.owner?.kind === 'StatefulSet' ? `${it.namespace}/${it.owner.name}` : '')))
  const [first] = pods
  return first?.owner == null || sets.size !== 1 || sets.has('') || pods.some((it) => it.phase !== 'Running')
    ? []
    : [peersWait({ namespace: first.namespace, name: first.owner.name })]
}

/** Where each pod waits for an image whose registry its node does not find, that node is the cause. */
function unpulled(pods: readonly Pod[]): readonly string[] {
  const waits = pods.length > 0 && pods.every((it) => it.containers.some(({ pullLookup }) => pullLookup !== undefined))
  return waits ? [...new Set(pods.flatMap((it) => (it.node === null ? [] : [registryUnknown(it.node)])))] : []
}

function asideHelp({ namespace }: Subject, { refused, nodes }: NoneReady): readonly string[] {
  const kind = (refused ?? '').split(' ', 1)[0]?.toLowerCase()
  return [
    nodes.length > 0
      ? 'where it is the preview of a blue/green update, that was aborted or has not begun: Service ' +
        `${some(nodes, 2)} ` +
        'leads to the version that has pods'
      : `its selector is of an old version: ${refused} should set it to the one that has pods`,
    `kubectl -n ${namespace} describe ${kind} ${(refused ?? '').split(' ')[1]}`,
  ]
}

function whyText(args: NoneReady): string {
  const { pods } = args
  switch (args.case) {
    case 'unmade':
      return (
        `${args.maker} wants ${count(args.desired ?? 0, 'pod')} and has none` +
        (args.refused === null ? '' : `: ${refusalText({ said: args.refused, from: args.refusedBy ?? 'event' })}`)
      )
    case 'nodes-down':
      return `its ${count(pods, 'pod')} ${pods === 1 ? 'is' : 'are'} on ${some(args.nodes)}, which is not ready`
    case 'unlisted':
      if (args.lacking !== null)
        return (
          `it offers ${args.lacking} alone, and its ${count(pods, 'ready pod')} ` +
          `${pods === 1 ? 'has' : 'have'} no such address`
        )
      return (
        `${count(pods, 'matching pod')} ${pods === 1 ? 'is' : 'are'} ready, ` +
        `and no EndpointSlice lists ${pods === 1 ? 'it' : 'them'}`
      )
    case 'set-aside':
      return `it chooses ${args.maker} of ${args.refused}, which wants no pods of that version`
    case 'not-ready':
      if (args.circle.length > 0)
        return (
          `its pods call ${args.circle[1]} in vain before they are ready, and ` +
          `${args.circle.length === 2 ? 'those of that one call it' : 'the calls come round to it'}: ` +
          'each waits for the other'
        )
      return args.reasons[0] ?? 'it has no pods'
  }
}

/** `shop/a calls shop/b, which calls shop/a`. */
function circleEvidence(circle: readonly string[]): readonly Evidence[] {
  const [first, ...others] = circle
  if (first === undefined) return []
  return [
    { kind: 'fact', label: 'by their logs', value: `${first} calls ${[...others, first].join(', which calls ')}` },
  ]
}

function allText({ case: kind, pods, reasons, counts }: NoneReady): string {
  if (kind === 'unlisted') return `${pods} ready but not listed`
  return reasons.map((it, index) => `${counts[index]} ${it}`).join(', ') || 'no pods at all'
}

/** The one family that is offered, where no pod has an address of it. */
function lackingFamily({ families = [] }: Service, pods: readonly Pod[]): IpFamily | null {
  const [only, ...others] = families
  const has = (it: Pod): boolean => [...(it.ips ?? []), it.ip ?? ''].some((ip) => ip !== '' && familyOf(ip) === only)
  return only === undefined || others.length > 0 || pods.some((it) => it.ip === null || has(it)) ? null : only
}

/** Services before the versions of the workload that have pods. */
function others(
  services: readonly Service[],
  { namespace }: Service,
  wanted: readonly Workload['templateLabels'][],
): readonly Service[] {
  return services.filter((it) => {
    const pairs = selectorOf(it)
    return it.namespace === namespace && pairs !== null && wanted.some((labels) => hasPairs(pairs, labels))
  })
}

/**
 * An update of Argo Rollouts that was aborted, or is not begun, leaves the Service of the preview with a version that
 * has no pods (argo-rollouts, rollout/bluegreen.go), beside the active one's. Without that one it is the only way in.
 */
function setAside(
  service: Service,
  maker: Top & { readonly of: NonNullable<Top['of']> },
  beside: readonly Service[],
  { target }: Scope,
): Verdict<NoneReady> {
  const isAsked = target.kind === 'object' && subjectKey(target.object) === subjectKey(serviceSubject(service))
  const weight = isAsked ? 'warning' : 'info'
  return finding({
    subject: serviceSubject(service),
    confidence: 'inferred',
    severity: beside.length > 0 ? weight : 'error',
    args: {
      case: 'set-aside',
      pods: 0,
      reasons: [],
      counts: [],
      nodes: beside.map((it) => it.name),
      maker: `${maker.kind} ${maker.name}`,
      desired: maker.of.desired,
      refused: `${maker.of.kind} ${maker.of.name}`,
      refusedBy: null,
      lacking: null,
      meant: null,
      circle: [],
      ...lookArgs(undefined),
    },
    evidence: [
      { kind: 'fact', label: `${maker.kind} ${full(maker)}`, value: 'wants 0 pods' },
      {
        kind: 'fact',
        label: `${maker.of.kind} ${full({ namespace: maker.namespace, name: maker.of.name })}`,
        value: `wants ${count(maker.of.desired, 'pod')}, of another version`,
      },
    ],
    causes: [noEndpoints(service), svcUnanswered(service)],
  })
}

function forgotten(service: Service, ready: readonly Pod[]): Verdict<NoneReady> {
  const lacking = lackingFamily(service, ready)
  return finding({
    subject: serviceSubject(service),
    confidence: lacking === null ? 'possible' : 'inferred',
    severity: lacking === null ? 'warning' : 'error',
    args: {
      case: 'unlisted',
      pods: ready.length,
      reasons: [],
      counts: [],
      nodes: [],
      maker: null,
      desired: null,
      refused: null,
      refusedBy: null,
      lacking,
      meant: null,
      circle: [],
      ...lookArgs(undefined),
    },
    evidence: [{ kind: 'fact', label: 'ready pods in no EndpointSlice', value: some(ready.map((it) => it.name)) }],
    causes: [noEndpoints(service), svcUnanswered(service)],
  })
}
