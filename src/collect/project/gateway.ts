import type {
  BackendTlsPolicy,
  Condition,
  Gateway,
  GatewayClass,
  GatewayRoute,
  Listener,
  ObjectRef,
  ParentRef,
  ParentStatus,
  ReferenceGrant,
  RouteKind,
  RouteRule,
} from '../../model/gateway.ts'
import { gatewayGroup } from '../../model/gateway-words.ts'
import type { Intern } from '../../wire/intern.ts'
import { secondsIn } from '../../wire/go-duration.ts'
import { createdOf, identity } from './identity.ts'
import { count, type Fields, fields, isObject, list, oneOf, text, texts, whole } from './json.ts'
import { projectSelector } from './network-policy.ts'

/** Each `gateway.networking.k8s.io`, at any of its versions; null for what is none. Fields of them all are alike. */
export function projectGatewayClass(raw: unknown): GatewayClass | null {
  const { metadata, spec, status } = partsOf(raw)
  const name = text(metadata['name'])
  return name === null
    ? null
    : {
        name,
        generation: count(metadata['generation']),
        controller: text(spec['controllerName']) ?? '',
        conditions: conditionsOf(status['conditions']),
      }
}

export function projectGateway(raw: unknown, intern: Intern): Gateway | null {
  const it = identity(raw, intern)
  if (it === null) return null
  const { metadata, spec, status } = partsOf(raw)
  const told = list(status['listeners']).map(fields)
  return {
    namespace: it.namespace,
    name: it.name,
    generation: count(metadata['generation']),
    className: text(spec['gatewayClassName']) ?? '',
    listeners: upTo(most.listeners, spec['listeners']).map((one) => projectListener(fields(one), { told, intern })),
    ...(takesSets(spec) ? { takesSets: true as const } : {}),
    addresses: list(status['addresses']).flatMap((one) => text(fields(one)['value']) ?? []),
    conditions: conditionsOf(status['conditions']),
  }
}

/** GEP-1713: no ListenerSet may be attached where `allowedListeners` says nothing. */
function takesSets(spec: Fields): boolean {
  const from = text(fields(fields(spec['allowedListeners'])['namespaces'])['from'])
  return from !== null && from !== 'None'
}

function projectListener(
  raw: Fields,
  { told, intern }: { readonly told: readonly Fields[]; readonly intern: Intern },
): Listener {
  const name = text(raw['name']) ?? ''
  const tls = fields(raw['tls'])
  const allowed = fields(raw['allowedRoutes'])
  const namespaces = fields(allowed['namespaces'])
  const status = told.find((it) => it['name'] === name)
  return {
    name,
    hostname: text(raw['hostname']),
    port: count(raw['port']),
    protocol: text(raw['protocol']) ?? '',
    tls: isObject(raw['tls'])
      ? {
          mode: oneOf(tls['mode'], ['Terminate', 'Passthrough']),
          certificates: list(tls['certificateRefs']).map((it) => projectRef(fields(it), { group: '', kind: 'Secret' })),
        }
      : null,
    from: oneOf(namespaces['from'], ['Same', 'All', 'Selector', 'None']),
    selector: isObject(namespaces['selector']) ? projectSelector(fields(namespaces['selector']), intern) : null,
    kinds: list(allowed['kinds']).flatMap((it) => text(fields(it)['kind']) ?? []),
    status:
      status === undefined
        ? null
        : { attached: count(status['attachedRoutes']), conditions: conditionsOf(status['conditions']) },
  }
}

export function projectRoute(kind: RouteKind, raw: unknown, intern: Intern): GatewayRoute | null {
  const it = identity(raw, intern)
  if (it === null) return null
  const { metadata, spec, status } = partsOf(raw)
  return {
    kind,
    namespace: it.namespace,
    name: it.name,
    generation: count(metadata['generation']),
    ...createdOf(metadata),
    hostnames: texts(upTo(most.hostnames, spec['hostnames'])),
    parents: upTo(most.parents, spec['parentRefs']).map((one) => projectParent(fields(one))),
    rules: upTo(most.rules, spec['rules']).map((one, index) => projectRule(fields(one), index)),
    status: statusesOf(status['parents'], 'parentRef'),
  }
}

/**
 * What an API server takes (apis/v1, maxItems: 64 listeners; 32 parentRefs, 16 hostnames, 16 rules, 64 matches and 16
 * backendRefs), and some more: checks go through all of them for each other, and a file may say anything.
 */
const most = { listeners: 64, hostnames: 32, parents: 32, rules: 64, matches: 128, backends: 64 }

function upTo(count: number, value: unknown): readonly unknown[] {
  return list(value).slice(0, count)
}

/** apis/v1 httproute_types.go, HTTPRequestRedirectFilter. */
function redirectOf(filters: readonly Fields[]): Pick<RouteRule, 'redirect'> {
  const filter = filters.find((it) => it['type'] === 'RequestRedirect')
  if (filter === undefined) return {}
  const raw = fields(filter['requestRedirect'])
  const path = fields(raw['path'])
  const [all, prefix] = [text(path['replaceFullPath']), text(path['replacePrefixMatch'])]
  const scheme = text(raw['scheme'])
  const replaced = all === null ? null : { replaces: 'all' as const, by: all }
  return {
    redirect: {
      scheme: scheme === 'http' || scheme === 'https' ? scheme : null,
      hostname: text(raw['hostname']),
      port: count(raw['port']) || null,
      path: prefix === null ? replaced : { replaces: 'prefix', by: prefix },
    },
  }
}

/** apis/v1 httproute_types.go, HTTPRouteTimeouts. */
function timeoutsOf(raw: Fields): Pick<RouteRule, 'timeouts'> {
  const [request, backend] = [secondsIn(text(raw['request'])), secondsIn(text(raw['backendRequest']))]
  return request === null && backend === null ? {} : { timeouts: { request, backend } }
}

function projectRule(raw: Fields, index: number): RouteRule {
  return {
    matches: upTo(most.matches, raw['matches']).map((each) => {
      const match = fields(each)
      const path = fields(match['path'])
      const others = Object.keys(match).filter((it) => it !== 'path')
      return {
        type: oneOf(path['type'], ['PathPrefix', 'Exact', 'RegularExpression']),
        path: text(path['value']) ?? '/',
        more: others.length > 0 ? 'more' : 'nothing',
      }
    }),
    filters: list(raw['filters']).flatMap((it) => text(fields(it)['type']) ?? []),
    ...redirectOf(list(raw['filters']).map(fields)),
    ...timeoutsOf(fields(raw['timeouts'])),
    backends: upTo(most.backends, raw['backendRefs']).map((each, at) => {
      const one = fields(each)
      return {
        ...projectRef(one, { group: '', kind: 'Service' }),
        port: whole(one['port']),
        weight: whole(one['weight']) ?? 1,
        path: `spec.rules[${index}].backendRefs[${at}]`,
      }
    }),
  }
}

export function projectGrant(raw: unknown, intern: Intern): ReferenceGrant | null {
  const it = identity(raw, intern)
  if (it === null) return null
  const { spec } = partsOf(raw)
  return {
    namespace: it.namespace,
    name: it.name,
    from: list(spec['from'])
      .map(fields)
      .map((one) => ({
        group: text(one['group']) ?? '',
        kind: text(one['kind']) ?? '',
        namespace: text(one['namespace']) ?? '',
      })),
    to: list(spec['to'])
      .map(fields)
      .map((one) => ({ group: text(one['group']) ?? '', kind: text(one['kind']) ?? '', name: text(one['name']) })),
  }
}

/** v1alpha2 has one `targetRef`, and `tls` for what later is `validation`. */
export function projectTlsPolicy(raw: unknown, intern: Intern): BackendTlsPolicy | null {
  const it = identity(raw, intern)
  if (it === null) return null
  const { metadata, spec, status } = partsOf(raw)
  const validation = fields(spec['validation'] ?? spec['tls'])
  const targets = isObject(spec['targetRef']) ? [spec['targetRef']] : list(spec['targetRefs'])
  return {
    namespace: it.namespace,
    name: it.name,
    generation: count(metadata['generation']),
    targets: targets.map(fields).map((one) => ({
      group: text(one['group']) ?? '',
      kind: text(one['kind']) ?? '',
      name: text(one['name']) ?? '',
      section: text(one['sectionName']),
    })),
    authorities: list(validation['caCertificateRefs'] ?? validation['caCertRefs'])
      .map(fields)
      .map((one) => ({
        group: text(one['group']) ?? '',
        kind: text(one['kind']) ?? '',
        name: text(one['name']) ?? '',
      })),
    wellKnown: text(validation['wellKnownCACertificates'] ?? validation['wellKnownCACerts']),
    hostname: text(validation['hostname']) ?? '',
    status: statusesOf(status['ancestors'], 'ancestorRef'),
  }
}

function conditionsOf(raw: unknown): readonly Condition[] {
  return list(raw)
    .map(fields)
    .flatMap((it) => {
      const type = text(it['type'])
      return type === null ? [] : [conditionOf(type, it)]
    })
}

export function conditionOf(type: string, it: Fields): Condition {
  return {
    type,
    status: oneOf(it['status'], ['Unknown', 'True', 'False']),
    reason: text(it['reason']) ?? '',
    message: text(it['message']) ?? '',
    generation: whole(it['observedGeneration']),
  }
}

function statusesOf(raw: unknown, ref: 'parentRef' | 'ancestorRef'): readonly ParentStatus[] {
  return list(raw)
    .map(fields)
    .map((it) => ({
      parent: projectParent(fields(it[ref])),
      controller: text(it['controllerName']) ?? '',
      conditions: conditionsOf(it['conditions']),
    }))
}

function projectParent(raw: Fields): ParentRef {
  return {
    ...projectRef(raw, { group: gatewayGroup, kind: 'Gateway' }),
    section: text(raw['sectionName']),
    port: whole(raw['port']),
  }
}

/** An absent group is the kind's usual one, an empty one the core's: the API server fills in both. */
function projectRef(raw: Fields, usual: { readonly group: string; readonly kind: string }): ObjectRef {
  const { group } = raw
  return {
    group: typeof group === 'string' ? group : usual.group,
    kind: text(raw['kind']) ?? usual.kind,
    namespace: text(raw['namespace']),
    name: text(raw['name']) ?? '',
  }
}

function partsOf(raw: unknown): { readonly metadata: Fields; readonly spec: Fields; readonly status: Fields } {
  const it = fields(raw)
  return { metadata: fields(it['metadata']), spec: fields(it['spec']), status: fields(it['status']) }
}
