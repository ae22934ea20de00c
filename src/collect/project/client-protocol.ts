import type { ClientProtocol } from '../../model/beside.ts'
import { identity } from './identity.ts'
import { fields, list, text } from './json.ts'
import type { Intern } from '../../wire/intern.ts'

const mostTargets = 20

/**
 * A BackendTrafficPolicy of Envoy Gateway with `useClientProtocol`: who speaks HTTP/2 to the Gateway is spoken for in
 * HTTP/2 (gateway.envoyproxy.io, API reference). null for all others. One that was refused has no part in it.
 */
export function projectClientProtocol(raw: unknown, intern: Intern): ClientProtocol | null {
  const it = identity(raw, intern)
  const { apiVersion, kind, spec, status } = fields(raw)
  const isOfEnvoy = (text(apiVersion) ?? '').startsWith('gateway.envoyproxy.io/')
  if (it === null || !isOfEnvoy || kind !== 'BackendTrafficPolicy') return null
  const { useClientProtocol, targetRef, targetRefs } = fields(spec)
  const isRefused = list(fields(status)['ancestors'])
    .slice(0, mostTargets)
    .flatMap((one) => list(fields(one)['conditions']).map(fields))
    .some((one) => one['type'] === 'Accepted' && one['status'] === 'False')
  if (useClientProtocol !== true || isRefused) return null
  const targets = [targetRef, ...list(targetRefs)].slice(0, mostTargets).flatMap((one) => {
    const [of, name] = [text(fields(one)['kind']), text(fields(one)['name'])]
    return of === null || name === null ? [] : [{ kind: of, name }]
  })
  return targets.length === 0 ? null : { namespace: it.namespace, name: it.name, targets }
}
