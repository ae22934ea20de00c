import type { Ingress, IngressBackend } from '../model/ingress.ts'
import { tlsAnnotations } from '../model/service.ts'
import {
  either,
  exactly,
  flag,
  just,
  list,
  maybe,
  nullable,
  number,
  object,
  oneOf,
  type Schema,
  type Texts,
} from '../model/marks.ts'

/** An Ingress, of which `shared` keeps one copy of what repeats. */
export function ingressOf(m: Texts, shared: Texts): Schema<Ingress> {
  const portOf = nullable(either([number, m.name]))
  const backend = exactly<IngressBackend>()(
    object({
      service: m.name,
      port: portOf,
      path: m.spot,
    }),
  )
  return exactly<Ingress>()(
    object({
      namespace: shared.name,
      name: m.name,
      created: maybe(number),
      className: nullable(shared.name),
      classFrom: oneOf(['spec', 'annotation', 'default']),
      rules: list(
        object({ host: nullable(m.host), paths: list(object({ path: m.path, pathType: shared.word, backend })) }),
      ),
      defaultBackend: nullable(backend),
      tls: maybe(list(object({ hosts: list(m.host), secret: nullable(m.name) }))),
      addresses: list(m.address),
      statusBy: maybe(list(shared.name)),
      changedAt: maybe(number),
      annotated: maybe(list(shared.word)),
      unusable: maybe(list(object({ annotation: shared.word, wants: oneOf(['number', 'true or false']) }))),
      pages: maybe(m.name),
      tlsBy: maybe(list(oneOf(tlsAnnotations))),
      allowed: maybe(list(m.address)),
      denied: maybe(list(m.address)),
      redirect: maybe(
        object({
          by: oneOf(['permanent-redirect', 'temporal-redirect', 'app-root']),
          to: nullable(object({ scheme: oneOf(['http', 'https']), host: m.host, port: number })),
          path: nullable(m.path),
        }),
      ),
      aliases: maybe(list(m.host)),
      sslRedirect: maybe(oneOf(['forced', 'off'])),
      fromToWww: maybe(just(true)),
      secrets: maybe(
        list(
          object({
            by: oneOf(['auth-secret', 'auth-tls-secret', 'proxy-ssl-secret']),
            namespace: nullable(shared.name),
            name: m.name,
            key: nullable(m.name),
          }),
        ),
      ),
      allowHttp: maybe(just('off')),
      snippets: maybe(
        list(
          object({
            by: oneOf(['server-snippet', 'configuration-snippet']),
            does: oneOf(['return', 'deny']),
            status: number,
          }),
        ),
      ),
      middlewares: maybe(list(m.name)),
      plugins: maybe(list(m.name)),
      entryPoints: maybe(list(m.name)),
      vendors: maybe(list(shared.word)),
      mergeable: maybe(oneOf(['master', 'minion'])),
      actions: maybe(
        list(
          object({
            name: m.name,
            type: oneOf(['forward', 'redirect', 'fixed-response', 'other', 'unreadable']),
            services: list(object({ service: m.name, port: portOf })),
          }),
        ),
      ),
      managedCertificates: maybe(list(m.name)),
      albScheme: maybe(just('unset')),
      albListens: maybe(
        object({
          on: nullable(list(object({ protocol: oneOf(['HTTP', 'HTTPS']), port: number }))),
          told: maybe(just(true)),
          redirect: maybe(number),
          group: maybe(m.name),
        }),
      ),
      albTarget: maybe(oneOf(['instance', 'ip', 'unset'])),
      externalDns: maybe(object({ by: oneOf(['it', 'others']), hosts: list(m.host), target: maybe(just('named')) })),
      healthPort: maybe(object({ by: oneOf(['alb', 'appgw']), port: either([number, m.name]) })),
      nginx: maybe(
        object({
          rewrite: nullable(m.path),
          regex: flag,
          canary: flag,
          idle: maybe(flag),
          protocol: nullable(m.word),
          passthrough: maybe(just(true)),
          vhost: maybe(m.host),
          noUpgrade: maybe(
            object({ by: oneOf(['connection-proxy-header', 'proxy-http-version']), value: shared.name }),
          ),
          isLong: maybe(just(true)),
        }),
      ),
      auth: maybe(object({ host: m.host, port: number })),
      asks: maybe(
        object({
          namespace: nullable(m.name),
          name: nullable(m.name),
          host: nullable(m.host),
          port: nullable(number),
          field: m.spot,
        }),
      ),
      health: maybe(object({ backends: number, unhealthy: list(object({ name: m.name })) })),
    }),
  )
}
