import type { InsideName, InsideView } from '../../model/inside.ts'
import type { Answer } from '../../model/lookups.ts'
import type { EndpointSlice, Service } from '../../model/service.ts'
import type { Model } from '../../model/sources.ts'
import { answerFits, isFailed, isLedAstray } from '../../relations/dns/inside-answers.ts'
import type { TraceEnds } from '../../relations/path/trace-ends.ts'
import { declaredEntries, entriesOf, entriesToJudge, serviceNamed } from '../../relations/hosts-entries.ts'
import { judgeName } from '../../relations/service/service-names.ts'
import { bareName } from '../../wire/dns-name.ts'
import { isIp } from '../../wire/ip-family.ts'
import type { Crossing } from '../../model/crossing.ts'
import { type Bare, hop, whyNot, without } from './hop.ts'

/** The name as the pod's own C library found it; a name wins over what a probe pod beside it found. */
export function resolveHop(model: Model, ends: TraceEnds): readonly Bare[] {
  const { ask, to } = ends
  if (to.kind === 'host') return resolvedHost(model, to.host, ask.from)
  // Who asks the node's resolver is not meant to know names of the cluster: it comes by an address, or by another name.
  if (to.kind !== 'service' || asksNodeResolver(ends.from)) return []
  const { insideViews } = model.sources
  if (!insideViews.known) return [hostsAstray(model, ends, []) ?? without('resolve', whyNot(insideViews.why))]
  const views = viewsOf(model, ask.from)
  const names = views.flatMap(({ container, resolving }) =>
    (resolving?.names ?? []).flatMap((it) =>
      it.service.namespace === to.service.namespace && it.service.name === to.service.name
        ? [{ ...it, container }]
        : [],
    ),
  )
  // That one container finds the name is no comfort to the one beside it.
  const { bad, late } = worstOf(names, views, { pod: ends.from, to })
  const silent = views.filter(({ container }) => !names.some((it) => it.container === container))
  const failed = bad === undefined ? failedInside(silent, views) : null
  if (names.length > 0 && failed !== null) return [failed]
  const told = bad ?? late ?? names[0]
  if (told === undefined)
    return [
      failed ??
        hostsAstray(model, ends, views) ??
        resolvedBeside(model, ends) ??
        without('resolve', views.length === 0 ? 'not-asked' : 'no-tool'),
    ]
  const { typed, result, addresses } = told
  const seen = { kind: 'name', typed, result, addresses } as const
  if (bad !== undefined) return [hop('resolve', 'broken', 'inside', { ...seen, ...containerOf(bad, views) })]
  const slow = late === undefined ? {} : { slowMs: late.slowMs, ...containerOf(late, views) }
  return [hop('resolve', 'ok', 'inside', { ...seen, ...slow })]
}

type Named = InsideName & { readonly container: string }
interface Way {
  readonly pod: TraceEnds['from']
  readonly to: { readonly service: Service; readonly slices: readonly EndpointSlice[] }
}

function worstOf(names: readonly Named[], views: readonly InsideView[], { pod, to }: Way) {
  const late = names.filter((it) => waitsForSilent(it, views)).map((it) => ({ ...it, slowMs: it.ms }))[0]
  const bad = names.find((it) => (isFailed(it) && !waitsForSilent(it, views)) || isLedAstray(it, pod, to))
  return { bad, late }
}

/** One resolver timeout of musl; glibc's is 5 s (resolv.conf(5), `timeout`), unless its options say less. */
const silentMs = 2400

/**
 * A list of nameservers with a dead one before one that answers: each question waits, for each suffix of the search
 * list, and the tool may be ended before the end. Programs wait, and are answered.
 */
function waitsForSilent(
  { result, ms, container }: { readonly result: Answer; readonly ms: number; readonly container: string },
  views: readonly InsideView[],
): boolean {
  if ((result !== 'ok' && result !== 'timeout') || ms < silentMs) return false
  const servers = views.find((it) => it.container === container)?.resolving?.servers
  if (servers?.known !== true) return false
  const [first, ...more] = servers.value
  return first?.result === 'timeout' && more.some((it) => it.result === 'ok')
}

function asksNodeResolver(from: TraceEnds['from']): boolean {
  return from !== null && (from.dnsPolicy === 'Default' || (from.hostNetwork && from.dnsPolicy === 'ClusterFirst'))
}

function viewsOf({ sources: { insideViews } }: Model, from: TraceEnds['ask']['from']): readonly InsideView[] {
  if (!insideViews.known) return []
  return insideViews.value.filter((it) => it.namespace === from.namespace && it.pod === from.pod)
}

function containerOf({ container }: { readonly container: string }, views: readonly InsideView[]) {
  return views.length > 1 ? { container } : {}
}

/**
 * A line of the pod's own hosts file comes before DNS, and a probe pod has no such line: by it the name leads to
 * another address than the Service's. Of a URL its host is what is looked up; without one, any name of the Service
 * may be.
 */
function hostsAstray({ scope, sources }: Model, { from, to }: TraceEnds, views: readonly InsideView[]): Bare | null {
  if (from === null || to.kind !== 'service') return null
  const { service, slices } = to
  const domain = sources.clusterDns.known ? sources.clusterDns.value.domain : 'cluster.local'
  const typed = scope.serviceUrl === undefined ? null : (URL.parse(scope.serviceUrl)?.hostname ?? null)
  const files = views.flatMap(({ container, resolving }) =>
    resolving?.hosts.known === true ? [{ container, entries: entriesOf(resolving.hosts.value) }] : [],
  )
  const all = files.length > 0 ? files : [{ container: '', entries: declaredEntries(from) }]
  for (const { container, entries } of all)
    for (const { name, ip } of entriesToJudge(entries, from)) {
      if (serviceNamed(name, from.namespace, domain, [service]) === null) continue
      if ((typed !== null && bareName(typed) !== name) || answerFits([ip], service, slices) !== 'wrong') continue
      const where = container === '' ? {} : containerOf({ container }, views)
      const how = container === '' ? 'config' : 'inside'
      return hop('resolve', 'broken', how, { kind: 'name', typed: name, result: 'ok', addresses: [ip], ...where })
    }
  return null
}

/**
 * The one lookup that was made in the pod itself: where that fails, a probe pod beside it, which other policies and
 * another resolv.conf hold, proves nothing.
 */
function failedInside(views: readonly InsideView[], all = views): Bare | null {
  const [failed] = views.flatMap(({ container, lookup }) =>
    lookup.known && isFailed(lookup.value) ? [{ container, ...lookup.value }] : [],
  )
  if (failed === undefined) return null
  const { name: typed, result } = failed
  const where = containerOf(failed, all)
  return hop('resolve', 'broken', 'inside', { kind: 'name', typed, result, addresses: [], ...where })
}

/** No resolver gives up on silence before a second: resolv.conf's `timeout` counts in whole ones. */
const soonMs = 1000

/** EAI_AGAIN is no denial: what took its time was not answered, and what came at once was an error. */
function unfoundAs({ again, ms }: Crossing): Answer {
  if (again !== true) return 'not-found'
  return ms >= soonMs ? 'timeout' : 'servfail'
}

/** A host by its name: the tool that connects says whether the name led anywhere. An address needs no lookup. */
function resolvedHost(model: Model, host: string, from: TraceEnds['ask']['from']): readonly Bare[] {
  if (isIp(host)) return []
  const { crossings } = model.sources
  if (!crossings.known) return [without('resolve', whyNot(crossings.why))]
  const told = crossings.value.filter((it) => it.to.kind === 'host' && it.host === host && it.result !== null)
  const seen = (result: Answer) => ({ kind: 'name', typed: host, result, addresses: [] }) as const
  const unfound = told.find((it) => it.result === 'no-name')
  if (unfound !== undefined) return [hop('resolve', 'broken', 'inside', seen(unfoundAs(unfound)))]
  // Silence is of the lookup as well as of the connection.
  if (told.some((it) => it.result === 'open' || it.result === 'refused' || it.result === 'no-route'))
    return [hop('resolve', 'ok', 'inside', seen('ok'))]
  return [failedInside(viewsOf(model, from)) ?? without('resolve', told.length === 0 ? 'no-tool' : 'unclear')]
}

/** The Service's full name, as each DNS server answered a probe pod: one of the pod's own node where there is one. */
function resolvedBeside({ sources: { nameAnswers } }: Model, { from, to }: TraceEnds): Bare | null {
  if (!nameAnswers.known || to.kind !== 'service') return null
  const { service, slices } = to
  const own = nameAnswers.value.answers.filter(
    ({ reason }) =>
      reason.kind === 'service' &&
      reason.service.namespace === service.namespace &&
      reason.service.name === service.name,
  )
  const near = own.filter((it) => it.node === from?.node)
  const its = near.length > 0 ? near : own
  const judged = [...Map.groupBy(its, (it) => `${it.node} ${it.server.ip}`).values()].map((answers) => ({
    answers,
    as: judgeName(service, answers, slices),
  }))
  const bad = judged.find(({ as }) => (as.kind === 'unknown' ? as.silent : as.kind !== 'right'))
  const [first] = bad?.answers ?? its
  const told = bad !== undefined && 'answer' in bad.as ? bad.as.answer : first
  if (told === undefined) return null
  const { name: typed, answer: result, addresses } = told
  return hop('resolve', bad === undefined ? 'ok' : 'broken', 'beside', { kind: 'name', typed, result, addresses })
}
