import type { Basis } from '../../model/contacts.ts'
import type { Ingress, IngressBackend, IngressController, IngressRule } from '../../model/ingress.ts'
import type { Model } from '../../model/sources.ts'
import { hostFits } from '../../wire/host-pattern.ts'
import type { PlannedHttp, PlannedStranger } from './plan.ts'
import { backendsOf } from './plan-contacts.ts'

const mostUrls = 30
/** Replicas of one controller that are asked: each has a configuration of its own. */
const mostControllers = 3
/** One of three backends that fails is missed by ten answers in one case of sixty; `direct` asks each by itself. */
const answersPerUrl = 12

export interface HttpPlan {
  readonly http: readonly PlannedHttp[]
  readonly strangers: readonly PlannedStranger[]
  readonly leftOut: readonly string[]
}

const nothing: HttpPlan = { http: [], strangers: [], leftOut: [] }

interface Wanted {
  readonly ingress: Ingress
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly path: string
  readonly basis: Basis
}

/**
 * The URL that the user asked about, exactly; without one, what each rule of the scope's Ingresses declares, over TLS
 * where `spec.tls` has the host. Each is asked of the ready controller pods that serve its class: inside of every load
 * balancer.
 */
export function planHttp(model: Model, nodes: number): HttpPlan {
  const { ingresses, ingressControllers } = model.sources
  if (!ingresses.known || !ingressControllers.known || model.scope.target.kind === 'dns' || nodes === 0) return nothing
  const wanted = ingresses.value
    .filter((it) => ofIngress(model, it))
    .flatMap((ingress) =>
      urlsOf(model, ingress).map((it, turn) => ({
        it,
        turn,
        controllers: controllersOf(model, ingressControllers.value, ingress),
      })),
    )
    .filter(({ controllers }) => controllers.length > 0)
    // Each Ingress has its turn before one of many paths has all of its own.
    .toSorted((a, b) => a.turn - b.turn)
  const chosen = wanted.slice(0, mostUrls)
  const http = chosen.flatMap(({ it, controllers }) => {
    const times = Math.max(1, Math.ceil(answersPerUrl / (nodes * controllers.length)))
    return controllers.map((controller) => ({ ...ofController(it, controller), times }))
  })
  return {
    http,
    strangers: strangersOf(http),
    leftOut:
      wanted.length > chosen.length
        ? [`asks the first ${chosen.length} of ${wanted.length} URLs of Ingresses only`]
        : [],
  }
}

function ofController(
  { ingress, scheme, host, path, basis }: Wanted,
  { pod, ip, ports }: IngressController,
): Omit<PlannedHttp, 'times'> {
  const { plain, tls } = ports ?? { plain: 80, tls: 443 }
  const address = ip ?? ''
  return {
    ingress: { namespace: ingress.namespace, name: ingress.name },
    scheme,
    // A rule without a host takes any name: the address is one that no other rule can have.
    host: host === '' ? address : host,
    path,
    basis,
    via: { controllerPod: pod, ip: address, port: scheme === 'https' ? tls : plain },
    ports: { plain, tls },
  }
}

/** A name that nobody has (RFC 6761: `.invalid`), once over each scheme: what comes is the controller's own. */
function strangersOf(http: readonly PlannedHttp[]): readonly PlannedStranger[] {
  const each = new Map(http.map((it) => [it.via.ip, it]))
  return [...each.values()].flatMap(({ via, ports }) =>
    (['http', 'https'] as const).map((scheme): PlannedStranger => ({
      scheme,
      host: 'hopscope-asks.invalid',
      via: { ...via, port: scheme === 'https' ? ports.tls : ports.plain },
      ports,
    })),
  )
}

function urlsOf(model: Model, ingress: Ingress): readonly Wanted[] {
  const { target } = model.scope
  const url = target.kind === 'object' && target.url !== null && URL.canParse(target.url) ? new URL(target.url) : null
  if (url !== null) {
    return [
      {
        ingress,
        scheme: url.protocol === 'https:' ? 'https' : 'http',
        host: url.host,
        path: `${url.pathname}${url.search}`,
        basis: 'url',
      },
    ]
  }
  const rules = ingress.rules.flatMap((rule) =>
    pathsOf(
      { ...rule, paths: rule.paths.filter((it) => !isGrpc(model, ingress, it.backend)) },
      rule.paths.length > 0,
    ).map((it) => ({ ...it, host: rule.host ?? '' })),
  )
  const fallback = ingress.defaultBackend === null ? [] : [{ path: '/', basis: 'guessed' as const, host: '' }]
  return [...rules, ...fallback].map(({ path, basis, host }) => {
    const isWild = host.startsWith('*')
    const asked = isWild ? host.replace('*', 'hopscope') : host
    return {
      ingress,
      scheme: hasTls(ingress, asked) ? 'https' : 'http',
      host: asked,
      path,
      basis: isWild ? 'guessed' : basis,
    }
  })
}

/** Every path of the rule, a Service's first ones before the others; `/` for a rule without paths. */
function pathsOf(rule: IngressRule, hasPaths: boolean): readonly { readonly path: string; readonly basis: Basis }[] {
  if (rule.paths.length === 0) return hasPaths ? [] : [{ path: '/', basis: 'guessed' }]
  const byService = [...Map.groupBy(rule.paths, (it) => it.backend.service).values()]
  const inTurn = [...byService.map((its) => its.slice(0, 1)), ...byService.map((its) => its.slice(1))].flat()
  return inTurn.map(({ path }) => {
    const plain = literal(path)
    return { path: plain, basis: plain === encodeURI(path) ? 'declared' : 'guessed' }
  })
}

/** A GET tells nothing of gRPC: its servers end it in as many ways as there are of them. */
function isGrpc({ sources: { services } }: Model, ingress: Ingress, backend: IngressBackend): boolean {
  const service = services.known
    ? services.value.find((it) => it.namespace === ingress.namespace && it.name === backend.service)
    : undefined
  const port = service?.ports.find((it) => it.port === backend.port || it.name === backend.port)
  return /^(?:grpc(?!-web)|h2c|kubernetes\.io\/h2c)/i.test(port?.appProtocol ?? port?.name ?? '')
}

/** TLS without hosts is for all of them. */
function hasTls({ tls }: Ingress, host: string): boolean {
  return (tls ?? []).some(({ hosts }) => hosts.length === 0 || hosts.some((it) => hostFits(it, host)))
}

function ofIngress(model: Model, ingress: Ingress): boolean {
  const { target } = model.scope
  if (target.kind !== 'object' || target.object.kind === 'Namespace' || target.object.kind === 'Node') return true
  const { kind, namespace, name } = target.object
  if (kind === 'Ingress') return ingress.namespace === namespace && ingress.name === name
  return kind === 'Service' && ingress.namespace === namespace && backendsOf(ingress).includes(name)
}

function controllersOf(
  model: Model,
  controllers: readonly IngressController[],
  ingress: Ingress,
): readonly IngressController[] {
  return controllers.filter((it) => it.ready && it.ip !== null && serves(model, it, ingress)).slice(0, mostControllers)
}

function serves(model: Model, controller: IngressController, ingress: Ingress): boolean {
  const classes = model.sources.ingressClasses.known ? model.sources.ingressClasses.value : []
  const found =
    ingress.className === null
      ? classes.find((it) => it.isDefault)
      : classes.find((it) => it.name === ingress.className)
  if (found !== undefined) return found.controller === controller.controller
  return ingress.className !== null && controller.classNames.includes(ingress.className)
}

/** What of a regular-expression path (`/api(/|$)(.*)`) can be asked as it stands. */
function literal(path: string): string {
  const plain = path.split(/[()[\]{}*+?|^$\\]/)[0] ?? '/'
  return plain.startsWith('/') ? encodeURI(plain) : '/'
}
