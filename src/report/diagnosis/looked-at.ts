import type { Contacts } from '../../model/contacts.ts'
import { type Known, leftOutBy } from '../../model/known.ts'
import type { Model } from '../../model/sources.ts'
import { notLookedInto } from '../../relations/dns/inside-pods.ts'
import { serversIn } from '../../relations/dns/strangers.ts'
import { isShort, sights, sightText } from '../../relations/service/meet-each.ts'
import { count } from '../../phrases.ts'

/**
 * What an answer rests on, with its denominators: `2 Services, 4 pods, 2 DNS servers; 2 names asked from 3 nodes and
 * inside 4 pods`. "Nothing wrong" is said of that, and of nothing else.
 */
export function lookedAt(model: Model): string {
  return [objects(model), asked(model), unseen(model), contacted(model), captured(model), traced(model)]
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

function asked({ sources: { dnsProbe, insideViews } }: Model): string {
  const series = dnsProbe.known ? dnsProbe.value.series : []
  const inside = insideViews.known ? insideViews.value.filter((it) => it.lookup.known).length : 0
  const names = new Set(series.map((it) => it.name)).size
  const nodes = new Set(series.map((it) => it.node)).size
  if (names === 0) return inside === 0 ? '' : `one name asked inside ${count(inside, 'pod')}`
  return (
    `${count(names, 'name')} asked from ${count(nodes, 'node')}` +
    (inside === 0 ? '' : ` and inside ${count(inside, 'pod')}`)
  )
}

/** Of packets: what they were of. */
function captured({ sources: { capture } }: Model): string {
  if (!capture.known) return ''
  const { points } = capture.value
  const sum = (of: (it: (typeof points)[number]) => number): number => points.reduce((all, it) => all + of(it), 0)
  const lookups = sum((it) => it.dns['lookups'] ?? 0)
  const connections = sum((it) => (it.tcp['connections'] ?? 0) + (it.tcp['joinedLate'] ?? 0))
  return `${count(
    sum((it) => it.packets),
    'packet',
  )}, ${count(lookups, 'lookup')}, ${count(connections, 'connection')}`
}

function traced({ sources: { spans } }: Model): string {
  if (!spans.known) return ''
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
  const { connects, http, direct = [] } = contacts.value
  const services = new Set(connects.map((it) => `${it.service.namespace}/${it.service.name}`)).size
  const endpoints = new Set(direct.map((it) => `${it.ip}:${it.port}`)).size
  return [
    ...(services === 0 ? [] : [`${count(services, 'Service')} connected to${byChance(sources)}`]),
    ...notAsked(sources),
    ...(endpoints === 0 ? [] : [`${count(endpoints, 'endpoint')} asked over HTTP`]),
    ...requested(http),
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
function requested(http: Contacts['http']): readonly string[] {
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
