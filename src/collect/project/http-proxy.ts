import type { HttpProxy, ProxyProblem, ProxyRoute, TlsDelegation } from '../../model/http-proxy.ts'
import type { Intern } from '../../wire/intern.ts'
import { conditionOf } from './gateway.ts'
import { secondsIn } from '../../wire/go-duration.ts'
import { identity } from './identity.ts'
import { count, type Fields, fields, isObject, list, stringMap, text, texts, whole } from './json.ts'

const classAnnotations = ['projectcontour.io/ingress.class', 'kubernetes.io/ingress.class'] as const

/** `projectcontour.io/v1 HTTPProxy`; null for what is none. */
export function projectHttpProxy(raw: unknown, intern: Intern): HttpProxy | null {
  const it = identity(raw, intern)
  if (it === null) return null
  const spec = fields(fields(raw)['spec'])
  const status = fields(fields(raw)['status'])
  const annotations = stringMap(it.metadata['annotations'])
  const host = fields(spec['virtualhost'])
  // Contour writes `NotReconciled` into each new one by a default of the CRD.
  const current = text(status['currentStatus'])
  return {
    namespace: it.namespace,
    name: it.name,
    generation: count(it.metadata['generation']),
    className:
      text(spec['ingressClassName']) ?? classAnnotations.map((key) => text(annotations[key])).find(isText) ?? null,
    host: isObject(spec['virtualhost']) ? { fqdn: text(host['fqdn']) ?? '', tls: tlsOf(host['tls']) } : null,
    includes: [
      ...list(spec['includes']).map((one, index) => include(fields(one), `spec.includes[${index}]`)),
      ...(isObject(fields(spec['tcpproxy'])['include'])
        ? [include(fields(fields(spec['tcpproxy'])['include']), 'spec.tcpproxy.include')]
        : []),
    ],
    routes: [
      ...list(spec['routes']).map((one, index) => projectRoute(fields(one), `spec.routes[${index}]`)),
      ...(list(fields(spec['tcpproxy'])['services']).length === 0
        ? []
        : [projectRoute(fields(spec['tcpproxy']), 'spec.tcpproxy')]),
    ],
    ...refusesBy(spec),
    current: current === 'NotReconciled' ? null : current,
    description: text(status['description']) ?? '',
    conditions: list(status['conditions'])
      .map(fields)
      .flatMap((one) => {
        const type = text(one['type'])
        return type === null
          ? []
          : [{ ...conditionOf(type, one), errors: problems(one['errors']), warnings: problems(one['warnings']) }]
      }),
  }
}

const refusing = [
  'ipAllowPolicy',
  'ipDenyPolicy',
  'authorization',
  'authPolicy',
  'jwtProviders',
  'jwtVerificationPolicy',
  'rateLimitPolicy',
] as const

/** projectcontour.io/v1, VirtualHost and Route: by whose words a request is answered with 401, 403 or 429. */
function refusesBy(spec: Fields): Pick<HttpProxy, 'refusesBy'> {
  const all = [fields(spec['virtualhost']), ...list(spec['routes']).map(fields)]
  const found = refusing.filter((key) => all.some((it) => it[key] !== undefined && it[key] !== null))
  return found.length === 0 ? {} : { refusesBy: found }
}

const isText = (value: string | null): value is string => value !== null

/** `secretName` may name another namespace's: `certificates/web`. */
function tlsOf(raw: unknown): { readonly secret: string | null; readonly namespace: string | null } | null {
  if (!isObject(raw)) return null
  const named = text(fields(raw)['secretName'])
  const [namespace = '', secret] = (named ?? '').split('/', 2)
  return secret === undefined ? { secret: named, namespace: null } : { secret, namespace }
}

function include(raw: Fields, path: string): HttpProxy['includes'][number] {
  return { namespace: text(raw['namespace']), name: text(raw['name']) ?? '', prefix: prefixOf(raw), path }
}

function prefixOf(raw: Fields): string | null {
  return (
    list(raw['conditions'])
      .map((it) => text(fields(it)['prefix']))
      .find(isText) ?? null
  )
}

function projectRoute(raw: Fields, path: string): ProxyRoute {
  const other = isObject(raw['directResponsePolicy']) ? 'response' : 'services'
  return {
    prefix: prefixOf(raw),
    exact:
      list(raw['conditions'])
        .map((it) => text(fields(it)['exact']))
        .find(isText) ?? null,
    answers: isObject(raw['requestRedirectPolicy']) ? 'redirect' : other,
    ...timeoutOf(fields(raw['timeoutPolicy'])),
    ...(list(raw['conditions']).some((it) => ['header', 'queryParameter'].some((key) => isObject(fields(it)[key])))
      ? { more: true as const }
      : {}),
    services: list(raw['services'])
      .map(fields)
      .map((one, index) => ({
        name: text(one['name']) ?? '',
        port: count(one['port']),
        weight: whole(one['weight']),
        mirror: one['mirror'] === true ? 'mirror' : 'answers',
        ...wantsOf(fields(one['validation'])),
        path: `${path}.services[${index}]`,
      })),
  }
}

/** `infinity`, or 0: it waits for ever (projectcontour.io/v1, TimeoutPolicy). */
function timeoutOf(raw: Fields): Pick<ProxyRoute, 'timeout' | 'idle'> {
  const [timeout, idle] = [secondsIn(text(raw['response'])), secondsIn(text(raw['idle']))]
  return { ...(timeout === null ? {} : { timeout }), ...(idle === null ? {} : { idle }) }
}

/** projectcontour.io/v1, UpstreamValidation: `subjectNames` is the younger of the two, and holds the other. */
function wantsOf(raw: Fields): Pick<HttpProxy['routes'][number]['services'][number], 'wants'> {
  const named = texts(raw['subjectNames'])
  const one = text(raw['subjectName'])
  const all = [...new Set([...(one === null ? [] : [one]), ...named])]
  return all.length === 0 ? {} : { wants: all }
}

function problems(raw: unknown): readonly ProxyProblem[] {
  return list(raw)
    .map(fields)
    .map((it) => ({
      type: text(it['type']) ?? '',
      reason: text(it['reason']) ?? '',
      message: text(it['message']) ?? '',
    }))
}

/** `projectcontour.io/v1 TLSCertificateDelegation`. */
export function projectTlsDelegation(raw: unknown, intern: Intern): TlsDelegation | null {
  const it = identity(raw, intern)
  if (it === null) return null
  return {
    namespace: it.namespace,
    name: it.name,
    delegations: list(fields(fields(raw)['spec'])['delegations'])
      .map(fields)
      .map((one) => ({ secret: text(one['secretName']) ?? '', namespaces: texts(one['targetNamespaces']) })),
  }
}
