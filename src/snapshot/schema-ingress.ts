import type { ControllerConfig, IngressConfigs, SaidLately } from '../model/ingress-config.ts'
import type { ProxyLog } from '../model/proxy-log.ts'
import { lineTroubles } from '../wire/access-log/line-trouble.ts'
import type { NginxConf } from '../wire/nginx-conf.ts'
import { errorLevels } from '../wire/nginx-conf.ts'
import { requestTroubles } from '../wire/access-log/nginx-error.ts'
import type { ControllerLog } from '../wire/nginx-controller-log.ts'
import { exactly, flag, just, known, list, maybe, nullable, number, object, oneOf, texts } from '../model/marks.ts'

const m = texts()

const named = object({ namespace: m.name, name: m.name })
const early = object({ status: number, others: number, sharedBy: maybe(list(named)) })
const settings = list(object({ line: number, setting: m.text }))
const place = { line: number, end: number, settings, hidden: number }

const location = object({
  ...place,
  modifier: m.word,
  path: m.path,
  ingress: nullable(named),
  service: nullable(m.name),
  servicePort: nullable(m.name),
  declared: nullable(m.path),
  upstream: nullable(m.name),
  denied: nullable(m.said),
  timeouts: object({ connect: nullable(number), send: nullable(number), read: nullable(number) }),
  rewrite: nullable(m.path),
  internal: flag,
})

const liveConf = exactly<NginxConf>()(
  object({
    checksum: nullable(m.word),
    complete: flag,
    errorLog: maybe(object({ place: oneOf(['container', 'elsewhere']), level: oneOf(errorLevels) })),
    errorPages: maybe(settings),
    upstreams: list(object({ name: m.name, addresses: list(m.address) })),
    servers: list(object({ ...place, serverNames: list(m.host), tls: flag, locations: list(location) })),
  }),
)

const liveLog = exactly<ControllerLog>()(
  object({
    lines: number,
    lastLoad: nullable(oneOf(['done', 'refused'])),
    sinceSilence: maybe(just('news')),
    signs: list(
      object({
        kind: oneOf(['refused', 'api-unreachable', 'default-certificate', 'ingress-ignored', 'unsynced']),
        times: number,
        said: m.said,
        ingress: maybe(named),
        tls: maybe(named),
        line: maybe(number),
      }),
    ),
  }),
)

const backend = object({
  upstream: m.name,
  endpoints: list(m.address),
  weight: nullable(number),
  alternatives: list(m.name),
})

const refused = object({
  line: nullable(number),
  directive: nullable(m.word),
  host: nullable(m.host),
  path: nullable(m.path),
  ingress: nullable(named),
})

const lately = exactly<SaidLately>()(
  object({
    lines: number,
    from: nullable(number),
    until: nullable(number),
    cutOff: flag,
    unplaced: number,
    requests: list(
      object({
        ingress: named,
        service: nullable(m.name),
        host: m.host,
        path: m.path,
        line: number,
        trouble: oneOf(requestTroubles),
        upstream: nullable(m.address),
        times: number,
        last: nullable(number),
        largest: nullable(number),
        over: number,
        early: maybe(early),
      }),
    ),
  }),
)

const controller = exactly<ControllerConfig>()(
  object({
    namespace: m.name,
    pod: m.name,
    container: m.name,
    product: oneOf(['ingress-nginx', 'f5-nginx']),
    conf: known(liveConf),
    backends: known(list(backend)),
    refused: known(nullable(refused)),
    log: known(liveLog),
    failed: maybe(
      known(
        list(
          object({
            host: m.host,
            upstream: nullable(m.address),
            trouble: oneOf(requestTroubles),
            times: number,
            status: maybe(number),
            said: maybe(m.text),
          }),
        ),
      ),
    ),
    lately: maybe(known(lately)),
    api: known(oneOf(['answers', 'silent'])),
  }),
)

/** What ingress controllers run. */
export const ingressConfigs = exactly<IngressConfigs>()(
  object({
    controllers: list(controller),
    changed: known(list(object({ kind: oneOf(['Ingress', 'Service']), namespace: m.name, name: m.name }))),
  }),
)

/** What the access logs of proxies say of users' requests. */
export const proxyLog = exactly<ProxyLog>()(
  object({
    namespace: m.name,
    pod: m.name,
    container: m.name,
    dialect: oneOf(['envoy', 'haproxy', 'traefik']),
    lately: known(
      object({
        lines: number,
        requests: number,
        unread: number,
        from: nullable(number),
        until: nullable(number),
        cutOff: flag,
        unplaced: number,
        failed: list(
          object({
            object: object({
              kind: oneOf(['Ingress', 'HTTPRoute', 'GRPCRoute', 'HTTPProxy', 'IngressRoute']),
              namespace: m.name,
              name: m.name,
            }),
            service: nullable(named),
            trouble: oneOf(lineTroubles),
            status: number,
            upstream: nullable(m.address),
            times: number,
            last: nullable(number),
            of: number,
            after: number,
            over: number,
            early: maybe(early),
          }),
        ),
      }),
    ),
  }),
)
