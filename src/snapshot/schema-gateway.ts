import * as v from 'valibot'
import type { BackendTlsPolicy, Gateway, GatewayApi, GatewayClass, GatewayRoute } from '../model/gateway.ts'
import type { ReferenceGrant } from '../model/gateway.ts'
import type { HttpProxy, TlsDelegation } from '../model/http-proxy.ts'
import {
  either,
  exactly,
  just,
  labelsThrough,
  list,
  maybe,
  nullable,
  number,
  object,
  oneOf,
  texts,
} from '../model/marks.ts'
import type { Intern } from '../wire/intern.ts'

/** Gateway API and HTTPProxy, with words and names that repeat kept once. */
export function gatewaySchemas(intern: Intern) {
  const m = texts(() => v.pipe(v.string(), v.transform(intern.text)))
  const free = texts()

  const cond = {
    type: m.word,
    status: oneOf(['True', 'False', 'Unknown']),
    reason: m.word,
    message: free.said,
    generation: nullable(number),
  }
  const condition = object(cond)
  const reference = { group: m.word, kind: m.word, namespace: nullable(m.name), name: m.name }
  const named = { namespace: m.name, name: m.name }
  const parent = object({ ...reference, section: nullable(m.name), port: nullable(number) })
  const status = list(object({ parent, controller: m.name, conditions: list(condition) }))
  const selector = object({
    matchLabels: labelsThrough(intern.labels),
    matchExpressions: list(
      object({ key: m.name, operator: oneOf(['In', 'NotIn', 'Exists', 'DoesNotExist']), values: list(m.name) }),
    ),
  })

  const gatewayClass = exactly<GatewayClass>()(
    object({ name: m.name, generation: number, controller: m.name, conditions: list(condition) }),
  )

  const gateway = exactly<Gateway>()(
    object({
      ...named,
      generation: number,
      className: m.name,
      takesSets: maybe(just(true)),
      addresses: list(m.address),
      conditions: list(condition),
      listeners: list(
        object({
          name: m.name,
          hostname: nullable(m.host),
          port: number,
          protocol: m.word,
          tls: nullable(object({ mode: oneOf(['Terminate', 'Passthrough']), certificates: list(object(reference)) })),
          from: oneOf(['Same', 'All', 'Selector', 'None']),
          selector: nullable(selector),
          kinds: list(m.word),
          status: nullable(object({ attached: number, conditions: list(condition) })),
        }),
      ),
    }),
  )

  const route = exactly<GatewayRoute>()(
    object({
      kind: oneOf(['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute']),
      ...named,
      generation: number,
      created: maybe(number),
      hostnames: list(m.host),
      parents: list(parent),
      rules: list(
        object({
          matches: list(
            object({
              type: oneOf(['Exact', 'PathPrefix', 'RegularExpression']),
              path: m.path,
              more: oneOf(['nothing', 'more']),
            }),
          ),
          filters: list(m.word),
          redirect: maybe(
            object({
              scheme: nullable(oneOf(['http', 'https'])),
              hostname: nullable(m.host),
              port: nullable(number),
              path: nullable(object({ replaces: oneOf(['all', 'prefix']), by: m.path })),
            }),
          ),
          timeouts: maybe(object({ request: nullable(number), backend: nullable(number) })),
          backends: list(object({ ...reference, port: nullable(number), weight: number, path: m.spot })),
        }),
      ),
      status,
    }),
  )

  const grant = exactly<ReferenceGrant>()(
    object({
      ...named,
      from: list(object({ group: m.word, kind: m.word, namespace: m.name })),
      to: list(object({ group: m.word, kind: m.word, name: nullable(m.name) })),
    }),
  )

  const tlsPolicy = exactly<BackendTlsPolicy>()(
    object({
      ...named,
      generation: number,
      targets: list(object({ group: m.word, kind: m.word, name: m.name, section: nullable(m.name) })),
      authorities: list(object({ group: m.word, kind: m.word, name: m.name })),
      wellKnown: nullable(m.word),
      hostname: m.host,
      status,
    }),
  )

  const problems = list(object({ type: m.word, reason: m.word, message: free.said }))
  const proxy = exactly<HttpProxy>()(
    object({
      ...named,
      generation: number,
      className: nullable(m.name),
      host: nullable(
        object({
          fqdn: m.host,
          tls: nullable(object({ secret: nullable(m.name), namespace: nullable(m.name) })),
        }),
      ),
      includes: list(object({ namespace: nullable(m.name), name: m.name, prefix: nullable(m.path), path: m.spot })),
      routes: list(
        object({
          prefix: nullable(m.path),
          exact: nullable(m.path),
          answers: oneOf(['services', 'redirect', 'response']),
          timeout: maybe(number),
          idle: maybe(number),
          more: maybe(just(true)),
          services: list(
            object({
              name: m.name,
              port: number,
              weight: nullable(number),
              mirror: oneOf(['mirror', 'answers']),
              wants: maybe(list(m.host)),
              path: m.spot,
            }),
          ),
        }),
      ),
      refusesBy: maybe(list(m.word)),
      current: nullable(m.word),
      description: free.said,
      conditions: list(object({ ...cond, errors: problems, warnings: problems })),
    }),
  )

  const delegation = exactly<TlsDelegation>()(
    object({ ...named, delegations: list(object({ secret: m.name, namespaces: list(m.name) })) }),
  )

  const api = exactly<GatewayApi>()(
    object({
      served: list(m.word),
      inScopeOnly: list(m.word),
      notHeld: maybe(list(m.word)),
      dataPlanes: maybe(
        list(
          object({
            ...named,
            ip: m.address,
            ports: list(object({ port: number, targetPort: either([number, m.name]) })),
            gateway: nullable(object(named)),
            pods: maybe(list(object({ name: m.name, container: m.name }))),
          }),
        ),
      ),
    }),
  )

  return { api, gatewayClass, gateway, route, grant, tlsPolicy, proxy, delegation }
}
