import { askedCorefile } from '../../relations/dns/asked-blocks.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { DnsServer } from '../../model/lookups.ts'
import type { NameReason } from '../../model/name-answers.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import type { Model } from '../../model/sources.ts'
import { count } from '../../phrases.ts'
import { askedFor, type NameRule, nameRules } from '../../relations/dns/rewrite-rules.ts'
import { hostsOf } from '../../relations/dns/hosts-names.ts'
import { askableUpstreams } from '../../relations/dns/upstream-servers.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { youngestOf } from '../../relations/service/youngest.ts'
import { asDnsName } from '../../wire/dns-name.ts'
import { isIpv6 } from '../../wire/ip-family.ts'
import { stubZoneNames } from '../../wire/stub-zones.ts'
import { type NameQuestion, type NamesSpec, suffixesAtMost, type UpstreamQuestions } from '../pod/spec.ts'

/** Services whose names are asked for. */
const most = 12
const mostOutside = 4
const mostStubs = 2
const mostSuffixes = 4
/** Services whose names are asked for in the family that they lack, too: programs do. */
const mostBothFamilies = 4
/** Of the rate that a node's pod has in all. */
export const namesShare = 0.12

export interface NamesPlan {
  readonly spec: NamesSpec
  /** Services in scope whose names are not asked for. */
  readonly notAsked: number
}

export interface NamesWanted {
  readonly servers: NamesSpec['servers']
  readonly externalName: string
  readonly run: string
  readonly rate: number
}

/**
 * The names that users ask for: the target's own, else a sample of the scope's. Services that the Corefile names come
 * first, since a line there may stand in their place, and the youngest, since a server that hears of no changes lacks
 * these alone; then all namespaces, and all kinds of Services, in turn.
 */
export function planNames(model: Model, dns: ClusterDns, want: NamesWanted): NamesPlan {
  const { services } = model.sources
  const all = (services.known ? services.value : []).filter(
    (it) => isAskable(it) && asDnsName(fullName(it, dns.domain)) !== null,
  )
  const further = elsewhere(dns)
  const chosen = [...sample(all, model, dns).slice(0, most - further.length), ...further]
  const targets = all.filter((it) => isTarget(it, model))
  const stubs = dns.corefile.known ? stubZoneNames(askedCorefile(dns.corefile.value, dns)).slice(0, mostStubs) : []
  const outside = [
    want.externalName.replace(/\.$/, ''),
    ...stubs,
    ...chosen.flatMap((it) => (it.externalName === null ? [] : [it.externalName.replace(/\.$/, '')])),
  ]
  const pods = model.sources.pods.known ? model.sources.pods.value : []
  const outsideNames = [...new Set(outside)]
    .filter((it) => asDnsName(it) !== null && !it.endsWith(`.${dns.domain}`))
    .slice(0, mostOutside)
  const upstreams = upstreamQuestions(dns, outsideNames)
  return {
    spec: {
      servers: want.servers,
      names: [
        ...chosen.map((it, index): NameQuestion => ({
          name: fullName(it, dns.domain),
          types: index < mostBothFamilies ? ['A', 'AAAA'] : typesOf(it),
          reason: { kind: 'service', service: { namespace: it.namespace, name: it.name } },
        })),
        ...targets.slice(0, 2).flatMap((it) => ways(it, dns.domain)),
        ...members(pods, all, dns.domain),
        ...madeByRewrites(dns, [...chosen, ...all]),
        ...ofHosts(dns),
        ...ofPort([...targets, ...chosen], model, dns.domain),
      ],
      outside: outsideNames,
      ...(upstreams.length === 0 ? {} : { upstreams }),
      suffixes: [...new Set(pods.flatMap((it) => it.dnsConfig?.searches ?? []))]
        .filter((it) => asDnsName(it) !== null)
        .slice(0, mostSuffixes),
      label: `hopscope-${want.run}`,
      queriesPerSecond: Math.max(5, Math.floor(want.rate * namesShare)),
    },
    notAsked: all.length - chosen.filter((it) => all.includes(it)).length,
  }
}

/**
 * At most, from one node, where each query is answered: a name that a server is silent about is asked for once more.
 * The suffixes of the pod's own search list are known to the pod alone, which takes no more than these.
 */
export function queriesOfNames({ spec }: NamesPlan): number {
  const each = spec.names.reduce((sum, it) => sum + it.types.length, 0)
  const beyond = (spec.upstreams ?? []).reduce((sum, it) => sum + it.names.length, 0)
  return beyond + each * spec.servers.length + spec.outside.length * (1 + suffixesAtMost) + suffixesAtMost
}

/** Names of `hosts` that every server must give as the Corefile has them. */
const mostHosts = 2

function ofHosts(dns: ClusterDns): readonly NameQuestion[] {
  if (!dns.corefile.known) return []
  return hostsOf(askedCorefile(dns.corefile.value, dns))
    .filter(({ name }) => asDnsName(name) !== null)
    .slice(0, mostHosts)
    .map(({ name, ips }) => ({ name: `${name}.`, types: ['A'], reason: { kind: 'hosts', ips } }))
}

export function announceNames(names: NamesPlan): readonly string[] {
  const { spec, notAsked } = names
  const services = spec.names.filter((it) => it.reason.kind === 'service').length
  const rewritten = spec.names.filter((it) => it.reason.kind === 'rewritten').length
  const members = spec.names.filter((it) => it.reason.kind === 'member').length
  const ports = spec.names.filter((it) => it.reason.kind === 'port').length
  const hosts = spec.names.filter((it) => it.reason.kind === 'hosts').length
  return [
    `asks ${count(spec.servers.length, 'DNS server')} for the names of ${count(services, 'Service')}` +
      (notAsked === 0 ? '' : ` of ${services + notAsked}`) +
      (members === 0 ? '' : ` and ${count(members, 'pod')} of headless ones`) +
      (rewritten === 0 ? '' : ` and ${count(rewritten, 'name')} that the Corefile rewrites`) +
      (hosts === 0 ? '' : ` and ${count(hosts, 'name')} of its \`hosts\``) +
      (ports === 0 ? '' : ` and for SRV records of ${count(ports, 'port')}`) +
      ` from two nodes, and for ${spec.outside.join(', ')} with each suffix of the search list from all: ` +
      announceUpstreams(names) +
      `at most ${queriesOfNames(names)} queries more per node, of the same rate; ` +
      'what is not answered is asked once more',
  ]
}

/** What the plan says of them; '' where none is asked. */
function announceUpstreams({ spec: { upstreams = [] } }: NamesPlan): string {
  const asked = [...new Set(upstreams.flatMap((it) => it.names.map((one) => one.name.replace(/\.$/, ''))))]
  return upstreams.length === 0
    ? ''
    : `for ${asked.join(', ')} themselves ${upstreams.map((it) => it.server.ip).join(', ')}, which CoreDNS ` +
        'forwards to; '
}

/** Of one `forward`. */
const mostUpstreams = 4

/**
 * `forward` takes one of its servers, and caches keep what that one said: whether all of them know a name only they
 * can tell. Asked is who speaks plain DNS at an address that the Corefile has; of a `forward` with one server there is
 * nothing to compare.
 */
function upstreamQuestions(dns: ClusterDns, names: readonly string[]): readonly UpstreamQuestions[] {
  if (!dns.corefile.known) return []
  const corefile = askedCorefile(dns.corefile.value, dns)
  const asked = names.flatMap((name) => {
    const to = askableUpstreams(corefile, name)
    return to.length < 2 ? [] : to.slice(0, mostUpstreams).map(({ ip, port }) => ({ ip, port, name }))
  })
  return [...Map.groupBy(asked, ({ ip, port }) => `${ip} ${port}`).values()].flatMap((its) => {
    const [first] = its
    if (first === undefined) return []
    const questions = its.map(({ name }): NameQuestion => ({
      name: `${name}.`,
      types: ['A'],
      reason: { kind: 'upstream' },
    }))
    return [{ server: { role: 'upstream', ip: first.ip, pod: null }, port: first.port, names: questions }]
  })
}

function fullName({ namespace, name }: Pick<Service, 'namespace' | 'name'>, domain: string): string {
  return `${name}.${namespace}.svc.${domain}.`
}

/**
 * One SRV: the named port of a Service that has an answer, the target's own first; else that of the API server, which
 * each cluster has (Service `kubernetes`, port `https`: pkg/controlplane).
 */
function ofPort(services: readonly Service[], model: Model, domain: string): readonly NameQuestion[] {
  const found = services
    .filter((it) => hasAnswer(it, model))
    .flatMap(({ namespace, name, ports }) =>
      ports.flatMap((it) => (it.name === null ? [] : [{ service: { namespace, name }, port: it.name, of: it }])),
    )
    .map(({ service, port, of }) => ({ kind: 'port', service, port, protocol: of.protocol }) as const)
    .find((it) => asDnsName(srvName(it, domain)) !== null)
  const reason = found ?? apiServerPort
  return [{ name: srvName(reason, domain), types: ['SRV'], reason }]
}

const apiServerPort = {
  kind: 'port',
  service: { namespace: 'default', name: 'kubernetes' },
  port: 'https',
  protocol: 'TCP',
} as const

type PortReason = Extract<NameReason, { kind: 'port' }>

function srvName({ service, port, protocol }: PortReason, domain: string): string {
  return `_${port}._${protocol.toLowerCase()}.${fullName(service, domain)}`
}

/** All that has a name in DNS. */
function isAskable({ type, clusterIP, externalName }: Service): boolean {
  return type === 'ExternalName' ? externalName !== null : clusterIP !== null && clusterIP !== ''
}

/** Which family a headless Service or an outside name has is not known beforehand. */
function typesOf({ type, clusterIP }: Service): NameQuestion['types'] {
  if (type === 'ExternalName' || clusterIP === 'None' || clusterIP === null) return ['A', 'AAAA']
  return isIpv6(clusterIP) ? ['AAAA'] : ['A']
}

/** `cart.shop` in a pod of shop: first cart.shop.shop.svc.cluster.local, which must not be there. */
function ways(service: Service, domain: string): readonly NameQuestion[] {
  const { namespace, name } = service
  const about = { namespace, name }
  const suffix = `${namespace}.svc.${domain}`
  return [`${name}.${namespace}`, `${name}.${namespace}.svc`].map((typed) => ({
    name: `${typed}.${suffix}.`,
    types: typesOf(service),
    reason: { kind: 'way', service: about, typed, suffix },
  }))
}

/** An address of its own, or an endpoint that is ready: its name must lead somewhere. */
export function hasAnswer(service: Service, { sources: { endpointSlices } }: Model): boolean {
  if (service.type === 'ExternalName' || service.clusterIP === null || service.clusterIP === '') return false
  if (service.clusterIP !== 'None') return true
  const its = endpointSlices.known
    ? endpointSlices.value.filter((it) => it.namespace === service.namespace && it.service === service.name)
    : []
  return its.some((slice) => slice.endpoints.some((it) => it.ready))
}

export function isTarget(
  { namespace, name, selector }: Service,
  { scope: { target }, sources: { pods } }: Model,
): boolean {
  if (target.kind !== 'object' || target.object.namespace !== namespace) return false
  const { object } = target
  if (object.kind === 'Service') return object.name === name
  const pairs = Object.entries(selector ?? {})
  return (
    pairs.length > 0 &&
    pods.known &&
    pods.value.some(
      (it) =>
        it.namespace === namespace &&
        (it.name === object.name ||
          (it.owner !== null && (it.owner.name === object.name || it.owner.name.startsWith(`${object.name}-`)))) &&
        pairs.every(([key, value]) => it.labels[key] === value),
    )
  )
}

function sample(all: readonly Service[], model: Model, dns: ClusterDns): readonly Service[] {
  const corefile = dns.corefile.known ? dns.corefile.value : ''
  // What DNS says of endpoints is another matter than what it says of Services' own addresses.
  const headless = all.find((it) => it.clusterIP === 'None' && hasAnswer(it, model))
  const young = new Set(youngestOf(all))
  const first = (it: Service): number => {
    if (isTarget(it, model)) return 0
    return it === headless || young.has(it) || corefile.includes(`${it.name}.${it.namespace}`) ? 1 : 2
  }
  const inTurn = [...Map.groupBy(all, (it) => `${it.namespace} ${kindOf(it)}`).values()].flatMap((its) =>
    its.map((it, turn) => ({ it, turn })),
  )
  return inTurn
    .toSorted((a, b) => first(a.it) - first(b.it) || a.turn - b.turn)
    .map(({ it }) => it)
    .slice(0, most)
}

/** Pods whose own names are asked for. */
const mostMembers = 4

/**
 * `db-0.db`: programs that tell one pod of a StatefulSet from another call them so, and a cache may have the address of
 * a pod that went. Those in which a headless Service of the scope is their subdomain; asked in the order in which they
 * were read.
 */
function members(pods: readonly Pod[], services: readonly Service[], domain: string): readonly NameQuestion[] {
  const headless = new Set(services.flatMap((it) => (it.clusterIP === 'None' ? [`${it.namespace}/${it.name}`] : [])))
  return pods
    .filter(
      (it) =>
        it.subdomain !== undefined &&
        it.ready &&
        it.ip !== null &&
        isLive(it) &&
        headless.has(`${it.namespace}/${it.subdomain}`),
    )
    .map((it): NameQuestion => {
      const { namespace, subdomain: name = '', ip } = it
      return {
        name: `${it.hostname ?? it.name}.${name}.${namespace}.svc.${domain}.`.toLowerCase(),
        types: [isIpv6(ip ?? '') ? 'AAAA' : 'A'],
        reason: { kind: 'member', service: { namespace, name }, pod: it.name },
      }
    })
    .filter((it) => asDnsName(it.name) !== null)
    .slice(0, mostMembers)
}

/** Of each rule one: all of its names are answered alike. */
const mostRewritten = 4

/** Names that a `rewrite` of the Corefile makes others of, as programs ask for them: of a Service that was read. */
function madeByRewrites(dns: ClusterDns, services: readonly Service[]): readonly NameQuestion[] {
  if (!dns.corefile.known) return []
  const made = nameRules(askedCorefile(dns.corefile.value, dns)).flatMap((rule): readonly NameQuestion[] => {
    const of = services.values().map((it) => {
      const name = askedFor(rule, fullName(it, dns.domain))
      return name === null ? null : { name, to: fullName(it, dns.domain), types: typesOf(it) }
    })
    const found = of.find((it) => it !== null) ?? (rule.how === 'exact' ? outsideOf(rule) : null)
    return found === null ? [] : [{ name: found.name, types: found.types, reason: { kind: 'rewritten', to: found.to } }]
  })
  return made
    .filter((it, at) => asDnsName(it.name) !== null && made.findIndex((one) => one.name === it.name) === at)
    .slice(0, mostRewritten)
}

function outsideOf({ from, to }: NameRule): { readonly name: string; readonly to: string; readonly types: ['A'] } {
  return { name: from, to, types: ['A'] }
}

/** Of each kind, outside of the namespace in scope. */
const mostElsewhere = 2

function elsewhere({ elsewhere: read, domain }: ClusterDns): readonly Service[] {
  if (read?.known !== true) return []
  const { services, slices } = read.value
  const isReady = (it: Service): boolean =>
    slices.some(
      (one) => one.namespace === it.namespace && one.service === it.name && one.endpoints.some((each) => each.ready),
    )
  const askable = services.filter((it) => asDnsName(fullName(it, domain)) !== null)
  const found = [
    ...youngestOf(askable.filter((it) => it.clusterIP !== 'None' && isAskable(it))),
    ...askable.filter((it) => it.clusterIP === 'None' && isReady(it)).slice(0, mostElsewhere),
    ...askable.filter((it) => it.clusterIP !== 'None' && isAskable(it)).slice(0, mostElsewhere),
  ]
  return [...new Set(found)]
}

function kindOf({ type, clusterIP }: Service): string {
  if (type === 'ExternalName') return type
  return clusterIP === 'None' ? 'headless' : 'ClusterIP'
}

/** The servers that the series ask, each once. */
export function serversOf(
  series: readonly { readonly server: DnsServer; readonly port: number; readonly method: string }[],
): NamesSpec['servers'] {
  const asked = series
    .filter((it) => it.method !== 'getaddrinfo' && it.server.ip !== '')
    .map(({ server, port }) => ({ server, port }))
  return asked.filter((it, at) => asked.findIndex((other) => other.server.ip === it.server.ip) === at)
}
