import type { ControllerConfig } from '../model/ingress-config.ts'
import type { ConfLocation, ConfServer, ConfSetting } from '../wire/nginx-conf.ts'
import type { Why } from '../model/known.ts'
import type { Model } from '../model/sources.ts'
import { locationFor, serverFor } from '../relations/ingress/nginx-location.ts'

/** What serves one URL in each controller that was looked into. */
export interface IngressConf {
  readonly host: string
  readonly path: string
  readonly controllers: readonly ServingConf[]
}

export interface ServingConf {
  readonly namespace: string
  readonly pod: string
  readonly found:
    | { readonly kind: 'unread'; readonly why: Why }
    /** `complete` false: it may stand in the rest of the file. */
    | { readonly kind: 'no-server'; readonly complete: boolean }
    | { readonly kind: 'no-location'; readonly server: ServingBlock; readonly complete: boolean }
    /** `isSure` false: an expression before it could not be read, and may go first. */
    | {
        readonly kind: 'served'
        readonly server: ServingBlock
        readonly location: ServingBlock
        readonly isSure: boolean
        readonly ingress: ServingIngress | null
        readonly upstream: string | null
        /** null where the list was not read. */
        readonly endpoints: readonly string[] | null
        readonly denied: string | null
      }
}

export interface ServingBlock {
  readonly head: string
  readonly line: number
  readonly end: number
  readonly settings: readonly ConfSetting[]
  /** Lines that may hold a credential are not read. */
  readonly hidden: number
}

/** `spot`: where in the object the location comes from; null where the object has no such path now. */
export interface ServingIngress {
  readonly namespace: string
  readonly name: string
  readonly spot: string | null
}

export function ingressConfOf(
  model: Model,
  { host, path }: { readonly host: string; readonly path: string },
): IngressConf {
  const configs = model.sources.ingressConfigs
  return {
    host,
    path,
    controllers: (configs.known ? configs.value.controllers : []).map((config) => ({
      namespace: config.namespace,
      pod: config.pod,
      found: foundIn(config, { host, path, model }),
    })),
  }
}

interface Asked {
  readonly host: string
  readonly path: string
  readonly model: Model
}

function foundIn(config: ControllerConfig, { host, path, model }: Asked): ServingConf['found'] {
  const { conf } = config
  if (!conf.known) return { kind: 'unread', why: conf.why }
  const { complete } = conf.value
  const server = serverFor(conf.value, host)
  if (server === null) return { kind: 'no-server', complete }
  const block = blockOf(server, `server ${server.serverNames.join(' ')}`)
  const found = locationFor(server, path)
  if (found.kind === 'none') return { kind: 'no-location', server: block, complete }
  const { location } = found
  return {
    kind: 'served',
    server: block,
    location: blockOf(location, `location ${location.modifier === '' ? '' : `${location.modifier} `}${location.path}`),
    isSure: found.kind === 'found',
    ingress: ingressOf(location, server, model),
    upstream: location.upstream,
    endpoints: endpointsOf(config, location.upstream),
    denied: location.denied,
  }
}

function blockOf({ line, end, settings, hidden }: ConfServer | ConfLocation, head: string): ServingBlock {
  return { head, line, end, settings, hidden }
}

function ingressOf({ ingress, declared }: ConfLocation, server: ConfServer, model: Model): ServingIngress | null {
  if (ingress === null) return null
  const { ingresses } = model.sources
  const object = ingresses.known
    ? ingresses.value.find((it) => it.namespace === ingress.namespace && it.name === ingress.name)
    : undefined
  const spots = (object?.rules ?? []).flatMap((rule, r) =>
    rule.paths.flatMap((it, p) =>
      it.path === declared && server.serverNames.includes(rule.host ?? '_')
        ? [`spec.rules[${r}].http.paths[${p}]`]
        : [],
    ),
  )
  return { ...ingress, spot: spots[0] ?? null }
}

function endpointsOf({ backends, conf }: ControllerConfig, upstream: string | null): readonly string[] | null {
  if (upstream === null) return null
  if (backends.known) return backends.value.find((it) => it.upstream === upstream)?.endpoints ?? []
  return conf.known ? (conf.value.upstreams.find((it) => it.name === upstream)?.addresses ?? null) : null
}
