import { plainHost } from '../../wire/dns-name.ts'
import type { Ingress, IngressBackend, IngressRule } from '../../model/ingress.ts'
import type { Intern } from '../../wire/intern.ts'
import { deciderOf } from './deciders.ts'
import { externalDnsOf } from './external-dns.ts'
import { managedCertificatesOf } from './gce-annotations.ts'
import { createdOf, identity } from './identity.ts'
import { albListensOf, albTargetOf } from './alb-annotations.ts'
import {
  actionsOf,
  allowedOf,
  annotatedOf,
  authOf,
  entryPointsOf,
  healthOf,
  healthPortOf,
  middlewaresOf,
  nginxRouting,
  pagesOf,
  pluginsOf,
  tlsByOf,
  mergeableOf,
  vendorsOf,
} from './ingress-annotations.ts'
import { namesBesideOf, redirectOf, secretsOf, sslRedirectOf } from './ingress-redirect.ts'
import { snippetsOf } from './ingress-snippets.ts'
import { unusableOf } from './unusable-annotations.ts'
import { type Fields, fields, isObject, list, port, stringMap, text } from './json.ts'

/**
 * Read beside those of `ingress-annotations.ts`, each by its own key: annotations may hold snippets with credentials.
 */
const legacyClass = 'kubernetes.io/ingress.class'

/** `networking.k8s.io/v1 Ingress`; null for what is none. A backend that is another resource has the service ''. */
export function projectIngress(raw: unknown, intern: Intern): Ingress | null {
  const it = identity(raw, intern)
  if (it === null) return null
  const spec = fields(fields(raw)['spec'])
  const fromSpec = text(spec['ingressClassName'])
  const annotations = stringMap(it.metadata['annotations'])
  const fromAnnotation = text(annotations[legacyClass])
  const unspecified = fromAnnotation === null ? 'default' : 'annotation'
  return {
    namespace: it.namespace,
    name: it.name,
    ...createdOf(it.metadata),
    className: fromSpec ?? fromAnnotation,
    classFrom: fromSpec === null ? unspecified : 'spec',
    rules: list(spec['rules']).map((rule, index) => projectRule(fields(rule), index)),
    defaultBackend: isObject(spec['defaultBackend'])
      ? projectBackend(spec['defaultBackend'], 'spec.defaultBackend')
      : null,
    ...tlsOf(list(spec['tls']).map(fields)),
    addresses: list(fields(fields(fields(raw)['status'])['loadBalancer'])['ingress'])
      .map(fields)
      .flatMap((each) => {
        const address = text(each['ip']) ?? text(each['hostname'])
        return address === null ? [] : [address]
      }),
    ...statusBy(list(it.metadata['managedFields']).map(fields)),
    ...changedAt(list(it.metadata['managedFields']).map(fields)),
    ...vendorsOf(annotations),
    ...mergeableOf(annotations),
    ...actionsOf(annotations),
    ...annotatedOf(annotations),
    ...unusableOf(annotations),
    ...allowedOf(annotations),
    ...redirectOf(annotations),
    ...namesBesideOf(annotations),
    ...sslRedirectOf(annotations),
    ...secretsOf(annotations),
    ...snippetsOf(annotations),
    ...(annotations['kubernetes.io/ingress.allow-http'] === 'false' ? { allowHttp: 'off' as const } : {}),
    ...middlewaresOf(annotations),
    ...pluginsOf(annotations),
    ...entryPointsOf(annotations),
    ...albTargetOf(annotations, fromSpec ?? fromAnnotation),
    ...albListensOf(annotations, fromSpec ?? fromAnnotation),
    ...(annotations['alb.ingress.kubernetes.io/scheme'] === undefined && (fromSpec ?? fromAnnotation) === 'alb'
      ? { albScheme: 'unset' as const }
      : {}),
    ...healthPortOf(annotations),
    ...managedCertificatesOf(annotations),
    ...externalDnsOf(annotations),
    ...nginxRouting(annotations),
    ...authOf(annotations),
    ...deciderOf(annotations),
    ...pagesOf(annotations),
    ...tlsByOf(annotations),
    ...healthOf(annotations),
  }
}

function tlsOf(tls: readonly Fields[]): Pick<Ingress, 'tls'> {
  if (tls.length === 0) return {}
  return {
    tls: tls.map((it) => ({
      hosts: list(it['hosts']).flatMap((host) => hostOf(host) ?? []),
      secret: text(it['secretName']),
    })),
  }
}

function statusBy(entries: readonly Fields[]): Pick<Ingress, 'statusBy'> {
  const names = entries.flatMap((it) => (it['subresource'] === 'status' ? (text(it['manager']) ?? []) : []))
  return names.length === 0 ? {} : { statusBy: [...new Set(names)] }
}

/** Each writer's entry bears the time at which it last changed a field of its own (meta/v1, ManagedFieldsEntry). */
function changedAt(entries: readonly Fields[]): Pick<Ingress, 'changedAt'> {
  const times = entries.flatMap((it) => (it['subresource'] === 'status' ? [] : Date.parse(text(it['time']) ?? '')))
  const last = Math.max(...times.filter((it) => !Number.isNaN(it)))
  return Number.isFinite(last) ? { changedAt: last } : {}
}

function hostOf(value: unknown): string | null {
  const host = text(value)
  return host === null ? null : plainHost(host)
}

function projectRule(raw: Fields, index: number): IngressRule {
  return {
    host: hostOf(raw['host']),
    paths: list(fields(raw['http'])['paths']).map((each, at) => ({
      path: text(fields(each)['path']) ?? '/',
      pathType: text(fields(each)['pathType']) ?? 'ImplementationSpecific',
      backend: projectBackend(fields(each)['backend'], `spec.rules[${index}].http.paths[${at}].backend`),
    })),
  }
}

function projectBackend(raw: unknown, path: string): IngressBackend {
  const service = fields(fields(raw)['service'])
  const named = fields(service['port'])
  return { service: text(service['name']) ?? '', port: port(named['number']) || text(named['name']), path }
}
