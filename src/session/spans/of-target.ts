import { type SpansAnswer, spansOf } from '../../answers/spans/spans.ts'
import { projectService } from '../../collect/project/service.ts'
import type { Cluster } from '../../kube/cluster.ts'
import { inMiB } from '../../kube/limits.ts'
import { services as serviceResource } from '../../kube/resources.ts'
import { type Known, known, leftOut, unknown } from '../../model/known.ts'
import type { Model } from '../../model/sources.ts'
import type { Spans } from '../../model/spans.ts'
import { count, full, some } from '../../phrases.ts'
import { mayBe, placesOf, type SaidOf, type TracedNames, tracedNames } from '../../relations/spans/places.ts'
import { createIntern } from '../../wire/intern.ts'
import type { ReadSpan } from '../../wire/jaeger-json/span.ts'
import { fromOutside } from '../../wire/outside.ts'
import type { Caller } from '../events.ts'
import { asTracing, type Found, inOrderOf, throughApiServer, uiPort } from './find-tracing.ts'
import { apiOf, tracesOf, type TracingServer } from './tracing-server.ts'

/*
 * Traces as evidence of a diagnosis that probes: those of what is asked about, of the last minutes, so many and no
 * more. A tracing server is somebody else's program, and often the largest store of a cluster.
 */
const minutes = 15
const mostServices = 5
const tracesEach = 20
const mostBytes = 4 * 2 ** 20
const mostMs = 3000
/** From when on a part of a call is slow: as `hopscope spans` has it unless it is told otherwise. */
const slowMs = 1000
/** Each page of Services is some 100 ms; whoever has so many that it takes longer is told of none. */
const mostMsToFind = 5000

interface TracesPlan {
  readonly found: Found
  readonly others: readonly Found[]
  readonly names: TracedNames
}

interface Asked {
  readonly traces?: true
  readonly http?: boolean
  readonly signal: AbortSignal
  readonly tell: Caller['tell']
}

/** Looks for what may be read, says what will be, and gives the means to read it once that is allowed. */
export async function tracesOfTarget(
  cluster: Cluster,
  model: Model,
  { traces, http, signal, tell }: Asked,
): Promise<() => Promise<Known<Spans>>> {
  if (traces !== true) return () => Promise.resolve(unknown('not-asked', 'only a diagnosis reads traces'))
  const plan = await planTraces(cluster, model, { http: http !== false, signal })
  if (!plan.known) return () => Promise.resolve(plan)
  tell({ kind: 'announce', line: announceTraces(plan.value) })
  return () => readTraces(cluster, plan.value, { signal, now: cluster.serverNow?.() ?? Date.now() })
}

/** Where traces of what is asked about may be; no request goes to the tracing server. */
export async function planTraces(
  cluster: Cluster,
  model: Model,
  { http, signal }: { readonly http: boolean; readonly signal: AbortSignal },
): Promise<Known<TracesPlan>> {
  if (!http) return unknown('not-asked', leftOut('--no-http'))
  if (model.scope.target.kind === 'dns') return unknown('not-asked', 'DNS alone is asked about')
  const names = tracedNames(model)
  if (names.isEmpty) return unknown('not-there', 'no traces read (nothing here could have any)')
  const { services } = model.sources
  const own = services.known ? services.value.flatMap((it) => asTracing(it) ?? []) : []
  const { namespace } = model.scope
  const all = own.length > 0 || namespace === null ? known(own) : await everywhere(cluster, signal)
  const [found, ...others] = inOrderOf(all.known ? all.value : own, namespace)
  if (found !== undefined) return known({ found, others, names })
  return unknown(
    'not-there',
    all.known
      ? `no tracing found (no Service has Jaeger's port ${uiPort})`
      : `no tracing found in namespace ${namespace} (Services of others were not read)`,
  )
}

function everywhere(cluster: Cluster, signal: AbortSignal): Promise<Known<readonly Found[]>> {
  const intern = createIntern()
  const limit = AbortSignal.any([signal, AbortSignal.timeout(mostMsToFind)])
  return cluster.list(serviceResource, { signal: limit }, (raw) => {
    const service = projectService(raw, intern)
    return service === null ? null : asTracing(service)
  })
}

/** What reading them will do, before it does any of it. */
export function announceTraces({ found, others }: TracesPlan): string {
  return (
    `reads traces of the last ${minutes} minutes of what is asked about, of Service ${full(found.service)}, port ` +
    `${found.port}, through the API server (get services/proxy): of ${mostServices} services at most, ` +
    `${tracesEach} by time and ${tracesEach} slow ones each, ${inMiB(mostBytes)} and ${mostMs / 1000} s in all; ` +
    'keeps of them names of services and operations, times and counts' +
    (others.length === 0 ? '' : `; not asked: ${some(others.map((it) => full(it.service)))}`)
  )
}

/** Reads what was announced. What nobody traces is `not-there`, which is no doubt about anything else. */
export async function readTraces(
  cluster: Cluster,
  { found, names }: TracesPlan,
  { signal, now }: { readonly signal: AbortSignal; readonly now: number },
): Promise<Known<Spans>> {
  const server = bounded(cluster, found, signal)
  const api = await apiOf(server)
  if (!api.known) return api
  const matching = api.value.services.filter((it) => names.named(it).some(names.isAsked))
  const isFront = (it: string): boolean => names.named(it).some((one) => names.isAsked(one) && names.isFront(one))
  const wanted = matching.toSorted((a, b) => Number(isFront(b)) - Number(isFront(a)) || (a < b ? -1 : 1))
  const asked = wanted.slice(0, mostServices)
  if (asked.length === 0)
    return unknown(
      'not-there',
      `no traces found (of the ${count(api.value.services.length, 'service')} that ${server.where} knows, none has ` +
        'a name of what is asked about)',
    )
  const sinceMs = minutes * 60_000
  const got = await tracesOf(server, {
    api: api.value.api,
    services: asked,
    most: tracesEach,
    ask: { service: null, trace: null, sinceMs, slowMs },
    now,
  })
  const answers = got.answers.map((it) => ofHere(it, asked, names))
  if (answers.every((it) => it.read.spans.length === 0 && it.read.end === 'whole'))
    return got.unanswered > 0
      ? unknown(
          'timed-out',
          `${server.where}: of ${some(asked, mostServices)} no traces came within ${mostMs / 1000} s`,
        )
      : unknown('not-there', `no traces found (of ${some(asked, mostServices)} in the last ${minutes} minutes)`)
  const spans = spansOf({ where: server.where, service: null, trace: null, sinceMs, slowMs, byLength: true }, answers, {
    unanswered: got.unanswered,
  })
  const all = answers.flatMap((it) => it.read.spans)
  return known(fromOutside({ ...spans, places: placesOf(spans.hops, names, (name) => saidOf(all, name)) }))
}

/** All that is read of it together stays within the time and the bytes that were announced. */
function bounded(cluster: Cluster, found: Found, signal: AbortSignal): TracingServer {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(mostMs)])
  let left = mostBytes
  const server = throughApiServer(cluster, found, { signal: limit, maxBytes: () => left })
  return {
    ...server,
    get: async (path) => {
      if (left <= 0) return unknown('failed', `more than ${inMiB(mostBytes)} of traces`)
      const text = await server.get(path)
      if (text.known) left -= Buffer.byteLength(text.value)
      if (!limit.aborted || text.known) return text
      return unknown('timed-out', `${server.where} did not answer within ${mostMs / 1000} s`)
    },
  }
}

/**
 * Without the traces in which each span of an asked name says that it is of another namespace: somebody else's `web`
 * is none of this one.
 */
function ofHere(answer: SpansAnswer, asked: readonly string[], names: TracedNames): SpansAnswer {
  const isOne = ({ service, namespace }: ReadSpan): boolean =>
    asked.includes(service) && names.named(service).some((it) => names.isAsked(it) && mayBe(saidBy(namespace), it))
  const traces = new Set(answer.read.spans.filter(isOne).map((it) => it.trace))
  return { ...answer, read: { ...answer.read, spans: answer.read.spans.filter((it) => traces.has(it.trace)) } }
}

function saidBy(namespace: string | null): SaidOf {
  return { namespaces: new Set(namespace === null ? [] : [namespace]), instances: new Set() }
}

function saidOf(spans: readonly ReadSpan[], name: string): SaidOf {
  const its = spans.filter((it) => it.service === name)
  return {
    namespaces: new Set(its.flatMap((it) => it.namespace ?? [])),
    instances: new Set(its.flatMap((it) => it.instance ?? [])),
  }
}
