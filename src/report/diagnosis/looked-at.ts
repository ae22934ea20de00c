import type { HttpEnd } from '../../model/contacts.ts'
import type { InsideView } from '../../model/inside.ts'
import { type Known, leftOutBy } from '../../model/known.ts'
import type { Model, UnreadKind } from '../../model/sources.ts'
import { subjectKey } from '../../model/subject.ts'
import { notLookedInto } from '../../relations/dns/inside-pods.ts'
import { serversIn } from '../../relations/dns/strangers.ts'
import { rootNamespace } from '../../relations/mesh/mtls.ts'
import { otherPolicyText } from '../../relations/policy/other-policies.ts'
import { isEvaluated } from '../../relations/policy/tier-decides.ts'
import { isShort, sights, sightText } from '../../relations/service/meet-each.ts'
import { isReadInPart } from '../../relations/read-in-part.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { count, some } from '../../phrases.ts'

/**
 * What an answer rests on, with its denominators: `2 Services, 4 pods, 2 DNS servers; 2 names asked from 3 nodes and
 * inside 4 pods`. "Nothing wrong" is said of that, and of nothing else.
 */
export function lookedAt(model: Model): string {
  return [
    objects(model),
    unjudged(model),
    asked(model),
    unseen(model),
    contacted(model),
    captured(model),
    traced(model),
  ]
    .filter((it) => it !== '')
    .join('; ')
}

function objects({ scope: { target }, sources }: Model): string {
  const { services, pods, ingresses, clusterDns } = sources
  const own =
    target.kind === 'dns'
      ? []
      : [
          counted(services, 'Service'),
          counted(pods, 'pod'),
          counted(ingresses, 'Ingress', 'Ingresses'),
          ...gatewayObjects(sources),
        ]
  const servers = clusterDns.known ? [count(serversIn(clusterDns.value, sources.dnsProbe).length, 'DNS server')] : []
  return [...own.flatMap((it) => (it === null ? [] : [it])), ...servers].join(', ')
}

/** What may decide, and was only counted: without it nobody may think that policies and routes were all read. */
function unjudged({ scope: { namespace, target }, sources, cluster }: Model): string {
  if (target.kind === 'dns') return besideDns(sources)
  const { otherPolicies, mesh } = sources
  const isHere = (it: { readonly namespace: string | null }): boolean =>
    namespace === null || it.namespace === null || it.namespace === namespace
  const others = otherPolicies.known
    ? otherPolicies.value.filter((it) => isHere(it) && !isEvaluated(it)).map(otherPolicyText)
    : []
  const ofMesh = (mesh.known ? mesh.value.authorizationPolicies : [])
    .filter((it) => it.rules > 0 && it.action !== 'AUDIT' && (isHere(it) || it.namespace === rootNamespace))
    .map((it) => `AuthorizationPolicy ${it.namespace}/${it.name}`)
  const all = cluster.file?.unread ?? []
  const unread = all.filter((it) => !isReadInPart(it)).map(kindText)
  const partly = all.filter(isReadInPart).map(kindText)
  return [
    ...undecided([...others, ...ofMesh]),
    ...(unread.length === 0 ? [] : [`not read, though in the file: ${some(unread, 6)}`]),
    ...(partly.length === 0 ? [] : [`read for a question or two alone: ${some(partly, 6)}`]),
    ...secrets(sources),
  ].join('; ')
}

/** Policies that hold where the DNS servers are, or everywhere. */
function besideDns({ otherPolicies, clusterDns }: Model['sources']): string {
  const homes = new Set(clusterDns.known ? clusterDns.value.pods.map((it) => it.namespace) : [])
  const here = (otherPolicies.known ? otherPolicies.value : []).filter(
    (it) => (it.namespace === null || homes.has(it.namespace)) && !isEvaluated(it),
  )
  return undecided(here.map(otherPolicyText)).join('')
}

function undecided(policies: readonly string[]): readonly string[] {
  return policies.length === 0 ? [] : [`not evaluated, and may decide here: ${some(policies, 4)}`]
}

function kindText({ kind, group, objects: all }: UnreadKind): string {
  return `${all} ${kind}${group === '' ? '' : ` of ${group}`}`
}

/** Whom a program calls by a value of a Secret nobody here reads: without a word that would be taken for judged. */
function secrets({ pods }: Model['sources']): readonly string[] {
  const byWorkload = new Map(
    (pods.known ? pods.value : []).filter(isLive).map((it) => [subjectKey(workloadOfPod(it)), it.containers]),
  )
  const each = [...byWorkload.values()]
    .map((its) => its.reduce((sum, { fromSecrets = 0 }) => sum + fromSecrets, 0))
    .filter((it) => it > 0)
  const all = each.reduce((sum, it) => sum + it, 0)
  return all === 0
    ? []
    : [`not judged: ${count(all, 'environment value')} of ${count(each.length, 'workload')}, from Secrets`]
}

/** A pod's containers have files of their own: one of several says nothing of the others. */
function ofSeveral({ insideViews, pods }: Model['sources']): string {
  if (!insideViews.known || !pods.known) return ''
  const seen = lookedOutOf(insideViews.value)
  const several = pods.value.flatMap(({ namespace, name, containers }) => {
    const own = seen.get(`${namespace}/${name}`)
    return containers.length > 1 && own !== undefined ? [{ seen: own.size, of: containers.length }] : []
  })
  const unseen = several.filter((it) => it.seen < it.of)
  if (unseen.length === 0) return ''
  if (unseen.every((it) => it.seen === 1)) return `, in one container of several in ${unseen.length}`
  const sum = (of: (it: (typeof unseen)[number]) => number): number => unseen.reduce((all, it) => all + of(it), 0)
  return `, in ${sum((it) => it.seen)} of the ${sum((it) => it.of)} containers of ${unseen.length}`
}

/** The containers of each pod in which a lookup was made. */
function lookedOutOf(views: readonly InsideView[]): ReadonlyMap<string, ReadonlySet<string>> {
  const byPod = Map.groupBy(
    views.filter((it) => it.lookup.known),
    (it) => `${it.namespace}/${it.pod}`,
  )
  return new Map([...byPod].map(([pod, its]) => [pod, new Set(its.map((it) => it.container))]))
}

/** One of three replicas says nothing of the others. */
function ofAll(inside: number, { pods }: Model['sources']): string {
  const all = (pods.known ? pods.value : []).filter(
    (it) => it.phase === 'Running' && it.labels['app.kubernetes.io/managed-by'] !== 'hopscope',
  ).length
  return all > inside ? `${inside} of ${all} pods` : count(inside, 'pod')
}

function asked({ sources }: Model): string {
  const { dnsProbe, insideViews } = sources
  const series = dnsProbe.known ? dnsProbe.value.series : []
  const inside = insideViews.known ? lookedOutOf(insideViews.value).size : 0
  const names = new Set(series.map((it) => it.name)).size
  const nodes = new Set(series.map((it) => it.node)).size
  if (names === 0) return inside === 0 ? '' : `one name asked inside ${ofAll(inside, sources)}`
  return (
    `${count(names, 'name')} asked from ${count(nodes, 'node')}` +
    (inside === 0 ? '' : ` and inside ${ofAll(inside, sources)}${ofSeveral(sources)}`)
  )
}

/** Of packets: what they were of. */
function captured({ sources: { capture } }: Model): string {
  if (!capture.known) return ''
  const { points } = capture.value
  const sum = (of: (it: (typeof points)[number]) => number): number => points.reduce((all, it) => all + of(it), 0)
  const lookups = sum((it) => it.dns['lookups'] ?? 0)
  const connections = sum((it) => (it.tcp['connections'] ?? 0) + (it.tcp['joinedLate'] ?? 0))
  const others = sum((it) => Object.values(it.others ?? {}).reduce((all, one) => all + one, 0))
  const packets = count(
    sum((it) => it.packets),
    'packet',
  )
  const unseen = others === 0 ? '' : ` (${others} of them neither DNS nor TCP, and not looked at)`
  return `${packets}${unseen}, ${count(lookups, 'lookup')}, ${count(connections, 'connection')}`
}

/** No tracing is no fault, and no sight: it is told of a run that would have read it. */
function traced({ scope: { level }, sources: { spans } }: Model): string {
  if (!spans.known) return level !== 'read' && spans.why.reason === 'not-there' ? spans.why.detail : ''
  const { traces, spans: all, hops } = spans.value
  return `${count(traces, 'trace')}, ${count(all, 'span')}, ${count(hops.length, 'hop')}`
}

const mostNamed = 6

/** A sample of pods is looked into: what was left out is said, since nobody sees into it. */
function unseen({ sources }: Model): string {
  const { pods, insideViews } = sources
  const flag = insideViews.known ? null : leftOutBy(insideViews.why)
  if (flag !== null) return `not looked into any pod (${flag})`
  const its = pods.known ? (notLookedInto(pods.value, sources) ?? []) : []
  if (its.length === 0) return ''
  const names = its.slice(0, mostNamed).map((it) => `${it.namespace}/${it.name}`)
  const more = its.length > mostNamed ? ` and ${its.length - mostNamed} more` : ''
  return `not looked into ${count(its.length, 'workload')}: ${names.join(', ')}${more}`
}

function contacted({ sources }: Model): string {
  const { contacts } = sources
  if (!contacts.known) return ''
  const { connects, http, direct = [], routed = [] } = contacts.value
  const services = new Set(connects.map((it) => `${it.service.namespace}/${it.service.name}`)).size
  const endpoints = new Set(direct.map((it) => `${it.ip}:${it.port}`)).size
  return [
    ...(services === 0 ? [] : [`${count(services, 'Service')} connected to${byChance(sources)}`]),
    ...notAsked(sources),
    ...(endpoints === 0 ? [] : [`${count(endpoints, 'endpoint')} asked over HTTP`]),
    ...requested([...http, ...routed]),
  ].join(', ')
}

/** A Service leads each connection to one endpoint: where tries were too few for each, with what that is worth. */
function byChance({ contacts, services, endpointSlices }: Model['sources']): string {
  if (!contacts.known) return ''
  const short = sights(contacts.value, services, endpointSlices).filter(isShort)
  const [worst] = short.toSorted((a, b) => a.percent - b.percent)
  return worst === undefined ? '' : ` (${short.length > 1 ? 'at the worst ' : ''}${sightText(worst, ' from a node')})`
}

/** One URL is named, with what came: it is what the user asked about. */
function requested(http: readonly (HttpEnd & { readonly host: string; readonly path: string })[]): readonly string[] {
  const urls = [...Map.groupBy(http, (it) => `${it.scheme ?? 'http'}://${it.host}${it.path}`)]
  const [first] = urls
  if (first === undefined) return []
  if (urls.length > 1) return [`${count(urls.length, 'URL')} requested`]
  const [url, its] = first
  return [
    `${url} requested ${its.length} times: ` +
      `${[...new Set(its.map((it) => it.status ?? it.error ?? 'no answer'))].slice(0, 3).join(', ')}`,
  ]
}

/** What an open connection alone says is little, and of UDP nothing was seen at all: that is no part of "fine". */
function notAsked({ services, contacts }: Model['sources']): readonly string[] {
  if (!contacts.known) return []
  const { connects, direct = [], unasked = [] } = contacts.value
  const asked = new Set(direct.map(({ service }) => portName(service)))
  const silent = [...new Set(connects.map(({ service }) => portName(service)))].filter((it) => !asked.has(it))
  const bound = new Set(unasked.filter((it) => it.why === 'bound').map(({ service }) => portName(service))).size
  const guarded = new Set(unasked.filter((it) => it.why === 'guarded').map(({ service }) => portName(service))).size
  const flagged = new Set(unasked.filter((it) => it.why === 'flag').map(({ service }) => portName(service))).size
  const reached = new Set(connects.map(({ service }) => `${service.namespace}/${service.name}`))
  const ports = (services.known ? services.value : [])
    .filter((it) => reached.has(`${it.namespace}/${it.name}`))
    .flatMap((it) => it.ports)
  const others = [...new Set(ports.filter((it) => it.protocol !== 'TCP').map((it) => `${it.protocol} ${it.port}`))]
  const forwarded = new Set((contacts.value.nodePorts ?? []).map((it) => it.port))
  const nodePorts = new Set(
    ports
      .filter((it) => it.protocol === 'TCP')
      .flatMap((it) => it.nodePort ?? [])
      .filter((it) => !forwarded.has(it)),
  ).size
  return [
    ...(silent.length === 0 ? [] : [`nothing was asked of ${count(silent.length, 'port')} of these`]),
    ...(bound === 0 ? [] : [`${count(bound, 'port')} asked of some endpoints only`]),
    ...(guarded === 0 ? [] : [`the pods behind ${count(guarded, 'port')} not asked past what guards their Ingress`]),
    ...(flagged === 0 ? [] : [`${count(flagged, 'port')} sent no HTTP request (--no-http)`]),
    ...(others.length === 0
      ? []
      : [`${others.slice(0, 3).join(', ')}${others.length > 3 ? ` and ${others.length - 3} more` : ''} not asked`]),
    ...(forwarded.size === 0 ? [] : [`${count(forwarded.size, 'NodePort')} connected to`]),
    ...(nodePorts === 0 ? [] : [`${count(nodePorts, 'NodePort')} not asked`]),
  ]
}

function portName({
  namespace,
  name,
  port,
}: {
  readonly namespace: string
  readonly name: string
  readonly port: number
}): string {
  return `${namespace}/${name}:${port}`
}

/** Few clusters have them: what is not there is no line. */
function gatewayObjects({ gateways, gatewayRoutes, httpProxies }: Model['sources']): readonly string[] {
  const own = (source: Known<readonly unknown[]>, one: string, many?: string): readonly string[] =>
    source.known && source.value.length > 0 ? [count(source.value.length, one, many)] : []
  return [...own(gateways, 'Gateway'), ...own(gatewayRoutes, 'route'), ...own(httpProxies, 'HTTPProxy', 'HTTPProxies')]
}

function counted(source: Known<readonly unknown[]>, one: string, many?: string): string | null {
  return source.known ? count(source.value.length, one, many) : null
}
