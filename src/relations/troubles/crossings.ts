import type { Trouble } from '../../findings/trouble.ts'
import type { Crossing } from '../../model/crossing.ts'
import type { Model } from '../../model/sources.ts'
import { subject } from '../../model/subject.ts'
import { lookupKeys } from '../dns/lookups-in-pod.ts'
import { traceEnds, type TraceEnds } from '../path/trace-ends.ts'
import {
  calleeOutOfReach,
  hangsUp,
  hostUnknown,
  nameWrong,
  nameWrongOf,
  noEndpoints,
  stoppedOnTheWay,
  svcUnanswered,
} from '../symptom.ts'
import { hangUpsOf } from '../service/hang-ups.ts'
import { crossedFlows, disagreement } from '../policy/crossed-flows.ts'
import { full } from '../../phrases.ts'
import { complaintEnds } from '../complaint-words.ts'
import { workloadOfPod } from '../workload-of-pod.ts'

/** Connects out of the pod that a trace starts from: whoever asked for the trace complains about each that fails. */
export function crossingTroubles(model: Model): readonly Trouble[] {
  const { crossings } = model.sources
  const ends = traceEnds(model)
  if (!crossings.known) return []
  if (ends === null) return [...matrixTroubles(model, crossings.value), ...callTroubles(model, crossings.value)]
  const counted = crossings.value.filter((it) => it.result !== null && isExpected(it, ends))
  const ways = Map.groupBy(counted, (it) => `${it.to.kind} ${it.to.kind === 'service' ? it.to.port : ''}`)
  const hungUp = new Set(hangUpsOf(model.sources).crossings)
  return [...ways.values()].flatMap((its) => ofWay(its, ends, { hungUp, model }))
}

/** An endpoint that is not ready gets no connection by the Service, so nobody complains about it while others are. */
function isExpected({ to, host }: Crossing, { to: other }: TraceEnds): boolean {
  if (to.kind !== 'endpoint' || other.kind !== 'service') return true
  const endpoints = other.slices.flatMap((it) => it.endpoints)
  return endpoints.every((it) => !it.ready) || endpoints.some((it) => it.ip === host && it.ready)
}

function ofWay(
  its: readonly Crossing[],
  { ask, from, to }: TraceEnds,
  { hungUp, model }: { readonly hungUp: ReadonlySet<Crossing>; readonly model: Model },
): readonly Trouble[] {
  const failed = its.filter((it) => it.result !== 'open' || hungUp.has(it))
  const [first] = failed
  if (first === undefined) return []
  const pod = subject('Pod', ask.from.namespace, ask.from.pod)
  const service = to.kind === 'service' ? to.service : null
  const far = service === null ? [] : [subject('Service', service.namespace, service.name)]
  const pods = failed.flatMap((it) =>
    it.to.kind === 'endpoint' && it.to.pod !== null ? [subject('Pod', it.to.namespace, it.to.pod)] : [],
  )
  return [
    {
      kind: 'contact-failed',
      source: 'crossings',
      sufferer: far[0] ?? pods[0] ?? pod,
      involved: [
        pod,
        ...(from === null ? [] : [workloadOfPod(from)]),
        ...far,
        ...pods,
        ...(from?.node === null || from === null ? [] : [subject('Node', null, from.node)]),
      ],
      keys: [
        ...(service !== null && failed.some((it) => !hungUp.has(it)) ? [svcUnanswered(service)] : []),
        ...(service !== null && failed.some((it) => hungUp.has(it)) ? [hangsUp(service)] : []),
        ...failed.flatMap((it) => (it.result === 'no-name' ? [hostUnknown(it.host)] : [])),
        ...failed.flatMap((it) => nameKeys(it, model)),
      ],
      asked: failed.length === 1 ? `${first.host}:${first.port}` : `${failed.length} endpoints`,
      from: `inside pod ${ask.from.namespace}/${ask.from.pod}`,
      how: [...new Set(failed.map((it) => (hungUp.has(it) ? hungUpText : howOf(it))))].join(', '),
      bad: failed.length,
      of: its.length,
      ms: null,
      next: nextOf(first, ask.from),
      weight: 'outage',
    },
  ]
}

/**
 * Some tools end a lookup and a connect by one timeout, and do not say which it was: whatever keeps this pod from the
 * name may be why.
 */
function nameKeys({ to, host, result, from }: Crossing, { sources: { insideViews } }: Model): readonly string[] {
  if (to.kind !== 'host' || (result !== 'no-name' && result !== 'timeout')) return []
  const views = (insideViews.known ? insideViews.value : []).filter(
    (it) => it.namespace === from.namespace && it.pod === from.pod,
  )
  const [first, second, ...more] = host.replace(/\.$/, '').split('.')
  // `kv-1.kv-nodes` is a pod of a headless Service beside it, `kv.shop` a Service of another namespace.
  const beside =
    result === 'no-name' && first !== undefined && second !== undefined && more.length === 0
      ? [nameWrong({ namespace: from.namespace, name: second }), ...nameWrongOf(host)]
      : []
  return [...beside, ...lookupKeys(views, host)]
}

const hungUpText = 'the other side ends it at once, without a byte'

function howOf({ result, again }: Pick<Crossing, 'result' | 'again'>): string {
  if (result === 'no-name') return again === true ? complaintEnds['no-dns'] : 'the name does not resolve'
  return result === 'no-source' ? 'no source port is free in the pod' : (result ?? 'nothing')
}

function sourceNext({ namespace, pod }: TraceEnds['ask']['from']): readonly string[] {
  return [
    'count its connections to that end, and the ports that it may use: each connection takes one of these',
    `kubectl -n ${namespace} exec ${pod} -- cat /proc/sys/net/ipv4/ip_local_port_range`,
    `kubectl -n ${namespace} exec ${pod} -- cat /proc/net/sockstat`,
  ]
}

/** The pod that asks is no server: its own log says nothing of why it gets no answer. */
function nextOf({ result, host, to }: Crossing, from: TraceEnds['ask']['from']): readonly string[] {
  const { namespace, pod } = from
  if (result === 'no-source') return sourceNext(from)
  if (to.kind === 'host')
    return [
      result === 'no-name' ? 'ask for the name as that pod does' : 'see what its name leads to, as that pod asks',
      `hopscope resolve ${host} -n ${namespace} --from pod/${pod}`,
    ]
  const far = to.kind === 'service' ? `get service,endpointslices ${wide}` : `get pods ${wide}`
  return ['see what stands at the other end, and whether others reach it', `kubectl -n ${to.namespace} ${far}`]
}

const wide = '-o wide'

/** A Service that a pod is told to call, and does not reach by its address. */
function callTroubles({ sources }: Model, crossings: readonly Crossing[]): readonly Trouble[] {
  const { pods } = sources
  const hungUp = new Set(hangUpsOf(sources).crossings)
  return crossings.flatMap((it): readonly Trouble[] => {
    const { from, to, host, port, result, ms } = it
    if (result === null || (result === 'open' && !hungUp.has(it))) return []
    if (result === 'no-source') return noSource({ from, host, port, ms }, pods)
    if (to.kind !== 'service') return []
    const pod = pods.known
      ? pods.value.find((it) => it.namespace === from.namespace && it.name === from.pod)
      : undefined
    const self = subject('Pod', from.namespace, from.pod)
    const far = subject('Service', to.namespace, to.name)
    return [
      {
        kind: 'contact-failed',
        source: 'crossings',
        sufferer: self,
        involved: [self, far, ...(pod === undefined ? [] : [workloadOfPod(pod)])],
        keys: [
          ...(hungUp.has(it) ? [hangsUp(to)] : [svcUnanswered(to), noEndpoints(to)]),
          ...(pod === undefined ? [] : [calleeOutOfReach(workloadOfPod(pod))]),
        ],
        asked: `Service ${full(to)} at ${host}:${port}`,
        from: `inside pod ${full(self)}`,
        how: hungUp.has(it) ? hungUpText : howOf(it),
        bad: 1,
        of: 1,
        ms,
        // Twice in a row, and of the other side's own doing: no packet was lost.
        weight: hungUp.has(it) ? 'outage' : 'nuisance',
      },
    ]
  })
}

/** Nothing was sent that the other end could be to blame for, whichever it is. */
function noSource(
  { from, host, port, ms }: Pick<Crossing, 'from' | 'host' | 'port' | 'ms'>,
  pods: Model['sources']['pods'],
): readonly Trouble[] {
  const self = subject('Pod', from.namespace, from.pod)
  const pod = pods.known ? pods.value.find((it) => it.namespace === from.namespace && it.name === from.pod) : undefined
  return [
    {
      kind: 'contact-failed',
      source: 'crossings',
      sufferer: self,
      involved: [self, ...(pod === undefined ? [] : [workloadOfPod(pod)])],
      keys: [],
      asked: `${host}:${port}`,
      from: `inside pod ${full(self)}`,
      how: howOf({ result: 'no-source' }),
      bad: 1,
      of: 1,
      ms,
      next: sourceNext(from),
      weight: 'outage',
    },
  ]
}

/**
 * Connects from many pods to many: nobody said which of them are wanted, but what policies allow and something else
 * stops is nobody's design. A refusal is the pod's own word, and what a policy denies is to be stopped.
 */
function matrixTroubles({ sources }: Model, crossings: readonly Crossing[]): readonly Trouble[] {
  const { pods, networkPolicies, namespaces } = sources
  if (!pods.known || !networkPolicies.known) return []
  const flows = crossedFlows(crossings, pods.value, networkPolicies.value, namespaces)
  const stopped = flows.filter((it) => disagreement(it) === 'stopped')
  return [...Map.groupBy(stopped, (it) => `${full(it.to)} ${it.crossing.port}`).values()].flatMap((its) => {
    const [first] = its
    if (first === undefined) return []
    const { to, crossing } = first
    const of = flows.filter(
      (it) => it.to === to && it.crossing.port === crossing.port && it.decision.kind === 'allowed',
    )
    const self = subject('Pod', to.namespace, to.name)
    return [
      {
        kind: 'contact-failed',
        source: 'crossings',
        sufferer: self,
        involved: [self, workloadOfPod(to), ...its.map((it) => subject('Pod', it.from.namespace, it.from.name))],
        keys: [stoppedOnTheWay(to)],
        asked: `${crossing.host}:${crossing.port}`,
        from: `inside ${its.length === 1 ? `pod ${full(first.from)}` : `${its.length} pods`}`,
        how: [...new Set(its.map((it) => it.crossing.result))].join(', '),
        bad: its.length,
        of: of.length,
        ms: null,
        weight: 'nuisance',
      },
    ]
  })
}
