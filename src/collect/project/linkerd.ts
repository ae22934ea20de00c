import type { LinkerdPolicies, LinkerdProof, LinkerdServer, ServiceRoute } from '../../model/beside.ts'
import { everything, isServiceParent } from '../../relations/gateway/rest-of-service.ts'
import { projectRoute } from './gateway.ts'
import type { Intern } from '../../wire/intern.ts'
import { identity } from './identity.ts'
import { fields, isObject, list, port, stringMap, text } from './json.ts'

/** `policy.linkerd.io Server`, at any of its versions. */
export function projectLinkerdServer(raw: unknown, intern: Intern): LinkerdServer | null {
  const it = identity(raw, intern)
  const spec = fields(fields(raw)['spec'])
  const number = port(spec['port'])
  if (it === null || number === null) return null
  const selector = fields(spec['podSelector'])
  const access = text(spec['accessPolicy'])
  return {
    namespace: it.namespace,
    name: it.name,
    selector: list(selector['matchExpressions']).length > 0 ? null : intern.labels(stringMap(selector['matchLabels'])),
    port: number,
    otherwise: access === null || access === 'deny' ? 'deny' : 'allow',
  }
}

/** An AuthorizationPolicy of Linkerd's, or the ServerAuthorization from before it. */
export function projectAuthorized(raw: unknown, intern: Intern): LinkerdPolicies['authorized'][number] | null {
  const it = identity(raw, intern)
  if (it === null) return null
  const spec = fields(fields(raw)['spec'])
  const target = fields(spec['targetRef'])
  if (isObject(spec['server'])) {
    const name = text(fields(spec['server'])['name'])
    return { namespace: it.namespace, of: name === null ? 'other' : 'Server', name: name ?? it.name }
  }
  const kind = text(target['kind'])
  const requires = list(spec['requiredAuthenticationRefs']).flatMap((one) => {
    const { kind: named, name, namespace } = fields(one)
    const [proof, called] = [proofKinds.find((known) => known === named), text(name)]
    return proof === undefined || called === null
      ? []
      : [{ kind: proof, namespace: text(namespace) ?? it.namespace, name: called }]
  })
  return {
    namespace: it.namespace,
    of: kind === 'Server' || kind === 'Namespace' ? kind : 'other',
    name: text(target['name']) ?? it.name,
    ...(requires.length === 0 ? {} : { requires }),
  }
}

const proofKinds = ['MeshTLSAuthentication', 'NetworkAuthentication'] as const

/** What an authorization requires of callers, by its name alone; null for what is none. */
export function projectProof(raw: unknown, intern: Intern): LinkerdProof | null {
  const it = identity(raw, intern)
  const { apiVersion, kind } = fields(raw)
  const proof = proofKinds.find((one) => one === kind)
  if (it === null || proof === undefined || !(text(apiVersion) ?? '').startsWith('policy.linkerd.io/')) return null
  return { kind: proof, namespace: it.namespace, name: it.name }
}

/** An HTTPRoute of Linkerd's group, once for each Service that is its parent, as far as Linkerd has accepted it. */
export function projectServiceRoutes(raw: unknown, intern: Intern): readonly ServiceRoute[] {
  const { apiVersion, kind } = fields(raw)
  if (kind !== 'HTTPRoute' || !(text(apiVersion) ?? '').startsWith('policy.linkerd.io/')) return []
  const route = projectRoute('HTTPRoute', raw, intern)
  const isTaken = route?.status.some((it) =>
    it.conditions.some((one) => one.type === 'Accepted' && one.status === 'True'),
  )
  if (route === null || isTaken !== true) return []
  return route.parents.filter(isServiceParent).map((it) => ({
    namespace: route.namespace,
    name: route.name,
    service: { namespace: it.namespace ?? route.namespace, name: it.name },
    port: it.port,
    rules: route.rules.length,
    matches: route.rules.flatMap((rule) => (rule.matches.length === 0 ? everything : rule.matches)),
  }))
}
