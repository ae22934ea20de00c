import {
  type AuthorizationPolicy,
  type AuthorizationSource,
  type DestinationRule,
  type MeshDestination,
  type MeshFault,
  type MeshGateway,
  type MeshTimeout,
  type MtlsMode,
  type PeerAuthentication,
  type ServiceEntry,
  type SidecarScope,
  type TlsMode,
  type VirtualService,
  poolLimits,
} from '../../model/mesh.ts'
import { secondsIn } from '../../wire/go-duration.ts'
import type { Intern } from '../../wire/intern.ts'
import { identity } from './identity.ts'
import { httpRulesOf, onlyByOf, takesOf } from './istio-http.ts'
import { type Fields, fields, isObject, list, oneOf, stringMap, text, texts, whole } from './json.ts'

type Labels = Readonly<Record<string, string>>

/** A tenant writes these: what is beyond takes of the room of all. */
const usualDestinations = 500
const destinationBytes = 200

/** `networking.istio.io` at any of its versions, which are alike in these fields; null for what is none. */
export function projectVirtualService(raw: unknown, intern: Intern): VirtualService | null {
  const it = identity(raw, intern)
  if (it === null) return null
  const spec = fields(fields(raw)['spec'])
  const gateways = texts(spec['gateways'])
  return {
    namespace: it.namespace,
    name: it.name,
    hosts: texts(spec['hosts']),
    gateways: gateways.length === 0 ? ['mesh'] : gateways,
    destinations: withinRoom(
      ['http', 'tls', 'tcp'].flatMap((part) => destinationsOf(spec, part)),
      intern,
    ),
    ...faultsOf(list(spec['http']).map(fields)),
    ...timeoutsOf(list(spec['http']).map(fields)),
    ...onlyByOf(list(spec['http']).map(fields)),
    ...httpRulesOf(list(spec['http']).map(fields)),
    ...takesOf(list(spec['http']).map(fields)),
  }
}

/** What stands behind a rule for all requests is asked nothing. */
function askedOf(rules: readonly Fields[]): readonly Fields[] {
  const last = rules.findIndex(takesAll)
  return last < 0 ? rules : rules.slice(0, last + 1)
}

/** A timeout of 0 is none; without attempts nothing goes by that of one (networking/v1 virtual_service.proto). */
function timeoutsOf(rules: readonly Fields[]): Pick<VirtualService, 'timeouts'> {
  const timeouts = askedOf(rules).flatMap((rule, index): readonly MeshTimeout[] => {
    if (list(rule['route']).length === 0) return []
    const retries = fields(rule['retries'])
    const of = takesAll(rule) ? ('all' as const) : ('some' as const)
    const said = [
      { seconds: secondsIn(text(rule['timeout'])), path: `spec.http[${index}].timeout` },
      {
        seconds: retries['attempts'] === 0 ? null : secondsIn(text(retries['perTryTimeout'])),
        path: `spec.http[${index}].retries.perTryTimeout`,
      },
    ]
    return said.flatMap(({ seconds, path }) => (seconds === null || seconds === 0 ? [] : [{ seconds, of, path }]))
  })
  return timeouts.length === 0 ? {} : { timeouts }
}

/**
 * The first rule that fits has the request: what stands behind one for all of them is asked nothing
 * (networking/v1 virtual_service.proto; a fault without a percentage is of none).
 */
function faultsOf(rules: readonly Fields[]): Pick<VirtualService, 'faults'> {
  const faults = askedOf(rules).flatMap((rule, index) => {
    const fault = fields(rule['fault'])
    const of = takesAll(rule) ? ('all' as const) : ('some' as const)
    const path = `spec.http[${index}].fault`
    return (['abort', 'delay'] as const).flatMap((does): readonly MeshFault[] => {
      const it = fields(fault[does])
      const percent = percentOf(it)
      return percent > 0 ? [{ does, status: whole(it['httpStatus']), percent, of, path }] : []
    })
  })
  return faults.length === 0 ? {} : { faults }
}

function percentOf(fault: Fields): number {
  const value = fields(fault['percentage'])['value'] ?? fault['percent']
  return typeof value === 'number' && value > 0 ? Math.min(value, 100) : 0
}

/** No match, or one that goes by nothing, or by the prefix of every path. */
function takesAll(rule: Fields): boolean {
  const matches = list(rule['match']).map(fields)
  return (
    matches.length === 0 ||
    matches.some((it) => {
      const keys = Object.keys(it).filter((key) => key !== 'name')
      return keys.length === 0 || (keys.length === 1 && fields(it['uri'])['prefix'] === '/')
    })
  )
}

function withinRoom(destinations: readonly MeshDestination[], intern: Intern): readonly MeshDestination[] {
  const { length } = destinations
  if (length > usualDestinations) intern.spare(length * destinationBytes, `${length} destinations`)
  return destinations
}

function destinationsOf(spec: Fields, part: string): readonly MeshDestination[] {
  return list(spec[part]).flatMap((route, index) => {
    const its = fields(route)
    const place = `spec.${part}[${index}]`
    const mirror = its['mirror']
    return [
      // Nobody is led to a weight of 0: where a canary begins and ends.
      ...list(its['route']).flatMap((one, at) =>
        fields(one)['weight'] === 0 ? [] : destination(fields(one)['destination'], `${place}.route[${at}]`),
      ),
      ...list(its['mirrors']).flatMap((one, at) => destination(fields(one)['destination'], `${place}.mirrors[${at}]`)),
      ...(isObject(mirror) ? destination(mirror, `${place}.mirror`) : []),
    ]
  })
}

function destination(raw: unknown, path: string): readonly MeshDestination[] {
  const it = fields(raw)
  const host = text(it['host'])
  return host === null ? [] : [{ host, subset: text(it['subset']), port: whole(fields(it['port'])['number']), path }]
}

export function projectDestinationRule(raw: unknown, intern: Intern): DestinationRule | null {
  const it = identity(raw, intern)
  const spec = fields(fields(raw)['spec'])
  const host = text(spec['host'])
  if (it === null || host === null) return null
  return {
    namespace: it.namespace,
    name: it.name,
    host,
    tls: tlsOf(spec),
    ...portTlsOf(spec),
    ...onesOf(spec),
    ...(texts(spec['exportTo']).length === 0 ? {} : { exportTo: texts(spec['exportTo']) }),
    ...(isObject(spec['workloadSelector']) ? { workloads: 'some' as const } : {}),
    subsets: list(spec['subsets'])
      .map(fields)
      .flatMap((one) => {
        const name = text(one['name'])
        return name === null ? [] : [{ name, labels: intern.labels(stringMap(one['labels'])), tls: tlsOf(one) }]
      }),
  }
}

function tlsOf(spec: Fields): TlsMode | null {
  const mode = fields(fields(spec['trafficPolicy'])['tls'])['mode']
  const modes = ['DISABLE', 'SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL'] as const
  return modes.find((it) => it === mode) ?? null
}

function portTlsOf(spec: Fields): Pick<DestinationRule, 'portTls'> {
  const ports = list(fields(spec['trafficPolicy'])['portLevelSettings']).map(fields)
  return ports.some((it) => isObject(it['tls'])) ? { portTls: 'some' } : {}
}

/** What is 0 is not set (istio, pilot/pkg/networking/core/cluster_traffic_policy.go). */
function onesOf(spec: Fields): Pick<DestinationRule, 'ones'> {
  const pool = fields(fields(spec['trafficPolicy'])['connectionPool'])
  const ones = poolLimits.filter((it) => {
    const [part = '', name = ''] = it.split('.')
    return fields(pool[part])[name] === 1
  })
  return ones.length === 0 ? {} : { ones }
}

/** Without its pods, which are listed by its selector. */
export function projectMeshGateway(raw: unknown, intern: Intern): MeshGateway | null {
  const it = identity(raw, intern)
  if (it === null) return null
  const spec = fields(fields(raw)['spec'])
  return {
    namespace: it.namespace,
    name: it.name,
    selector: intern.labels(stringMap(spec['selector'])),
    servers: list(spec['servers'])
      .map(fields)
      .flatMap((one) => {
        const port = whole(fields(one['port'])['number'])
        const protocol = text(fields(one['port'])['protocol']) ?? ''
        const credential = text(fields(one['tls'])['credentialName'])
        if (port === null) return []
        return [{ port, protocol, hosts: texts(one['hosts']), ...(credential === null ? {} : { credential }) }]
      }),
    pods: null,
    open: null,
  }
}

export function projectServiceEntry(raw: unknown, intern: Intern): ServiceEntry | null {
  const it = identity(raw, intern)
  if (it === null) return null
  const spec = fields(fields(raw)['spec'])
  const exportTo = texts(spec['exportTo'])
  const tlsPorts = list(spec['ports'])
    .map(fields)
    .filter((one) => /^(?:https|tls)$/i.test(text(one['protocol']) ?? ''))
    .flatMap((one) => whole(one['number']) ?? [])
  return {
    namespace: it.namespace,
    name: it.name,
    hosts: texts(spec['hosts']),
    ports: list(spec['ports']).flatMap((one) => whole(fields(one)['number']) ?? []),
    ...(tlsPorts.length === 0 ? {} : { tlsPorts }),
    ...(lacksEndpoints(spec) ? { lacksEndpoints: true as const } : {}),
    ...(exportTo.length === 0 ? {} : { exportTo }),
  }
}

/** Only STATIC takes its addresses from `endpoints` alone (networking/v1 service_entry.proto, Resolution). */
function lacksEndpoints(spec: Fields): boolean {
  return spec['resolution'] === 'STATIC' && list(spec['endpoints']).length === 0 && !isObject(spec['workloadSelector'])
}

export function projectPeerAuthentication(raw: unknown, intern: Intern): PeerAuthentication | null {
  const it = identity(raw, intern)
  if (it === null) return null
  const spec = fields(fields(raw)['spec'])
  return {
    namespace: it.namespace,
    name: it.name,
    selector: selectorOf(spec['selector'], intern),
    mode: mtlsOf(spec['mtls']),
    ports: Object.entries(fields(spec['portLevelMtls'])).flatMap(([key, mode]) =>
      /^\d{1,5}$/.test(key) ? [{ port: Number(key), mode: mtlsOf(mode) }] : [],
    ),
  }
}

function mtlsOf(raw: unknown): MtlsMode {
  return oneOf(fields(raw)['mode'], ['UNSET', 'DISABLE', 'PERMISSIVE', 'STRICT'])
}

export function projectAuthorizationPolicy(raw: unknown, intern: Intern): AuthorizationPolicy | null {
  const it = identity(raw, intern)
  // One of a dry run writes into logs what it would do, and decides nothing.
  if (it === null || fields(it.metadata['annotations'])['istio.io/dry-run'] === 'true') return null
  const spec = fields(fields(raw)['spec'])
  const isAttached = isObject(spec['targetRef']) || list(spec['targetRefs']).length > 0
  const rules = list(spec['rules']).map(fields)
  return {
    namespace: it.namespace,
    name: it.name,
    selector: selectorOf(spec['selector'], intern),
    action: oneOf(spec['action'], ['ALLOW', 'DENY', 'AUDIT', 'CUSTOM']),
    // One that names a waypoint or a Service holds there, which is not told from the pods.
    rules: isAttached ? 1 : rules.length,
    ...(isAttached ? { attached: true as const } : {}),
    written: (['action', 'rules'] as const).filter((it) => spec[it] !== undefined && spec[it] !== null),
    from: rules.map((rule) => list(rule['from']).map((one) => sourceOf(fields(fields(one)['source']), it.namespace))),
    ...portsOfRules(rules),
    http: rules.filter(goesByHttp).length,
    ...refusedOf(list(fields(fields(raw)['status'])['conditions']).map(fields)),
  }
}

/**
 * `to[].operation.ports`, and for whom all ports are meant none (security/v1 authorization_policy.proto, Operation).
 */
function portsOfRules(rules: readonly Fields[]): Pick<AuthorizationPolicy, 'ports'> {
  const ports = rules.map((rule) => {
    const each = list(rule['to']).map((one) => texts(fields(fields(one)['operation'])['ports']))
    return each.some((it) => it.length === 0)
      ? []
      : each.flat().flatMap((it) => (/^\d{1,5}$/.test(it) ? [Number(it)] : []))
  })
  return ports.every((it) => it.length === 0) ? {} : { ports }
}

/** An account without a namespace is of the policy's own (security/v1 authorization_policy.proto, Source). */
function sourceOf(source: Fields, own: string): AuthorizationSource {
  const accounts = texts(source['serviceAccounts']).map((it) => (it.includes('/') ? it : `${own}/${it}`))
  return {
    namespaces: texts(source['namespaces']),
    principals: texts(source['principals']),
    ...(accounts.length === 0 ? {} : { serviceAccounts: accounts }),
  }
}

const ofHttp = ['methods', 'notMethods', 'paths', 'notPaths', 'hosts', 'notHosts']
const ofTokens = ['requestPrincipals', 'notRequestPrincipals', 'remoteIpBlocks', 'notRemoteIpBlocks']

/** What ztunnel does not know, as it sees connections alone (istio, "Layer 4 security policy"). */
function goesByHttp(rule: Fields): boolean {
  const has = (it: Fields, keys: readonly string[]): boolean => keys.some((key) => list(it[key]).length > 0)
  return (
    list(rule['to']).some((one) => has(fields(fields(one)['operation']), ofHttp)) ||
    list(rule['from']).some((one) => has(fields(fields(one)['source']), ofTokens)) ||
    list(rule['when']).some((one) => (text(fields(one)['key']) ?? '').startsWith('request.'))
  )
}

function refusedOf(conditions: readonly Fields[]): Pick<AuthorizationPolicy, 'refused'> {
  const it = conditions.find((one) => one['status'] === 'False' && (text(one['type']) ?? '').endsWith('Accepted'))
  if (it === undefined) return {}
  return {
    refused: { type: text(it['type']) ?? '', reason: text(it['reason']) ?? '', message: text(it['message']) ?? '' },
  }
}

export function projectSidecarScope(raw: unknown, intern: Intern): SidecarScope | null {
  const it = identity(raw, intern)
  if (it === null) return null
  const spec = fields(fields(raw)['spec'])
  const egress = list(spec['egress']).map(fields)
  return {
    namespace: it.namespace,
    name: it.name,
    selector: isObject(spec['workloadSelector'])
      ? intern.labels(stringMap(fields(spec['workloadSelector'])['labels']))
      : null,
    egress: egress.length === 0 ? null : egress.flatMap((one) => texts(one['hosts'])),
  }
}

/** Of Istio's `WorkloadSelector`: labels that must all be there. */
function selectorOf(raw: unknown, intern: Intern): Labels | null {
  return isObject(raw) ? intern.labels(stringMap(fields(raw)['matchLabels'])) : null
}
