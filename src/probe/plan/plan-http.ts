import type { Basis } from '../../model/contacts.ts'
import type { Ingress, IngressBackend, IngressController } from '../../model/ingress.ts'
import { count, full, quoted, some } from '../../phrases.ts'
import type { Model } from '../../model/sources.ts'
import { type Route, routesOf } from '../../relations/ingress/ingress-routes-to-service.ts'
import { limitsOn } from '../../relations/ingress/limited.ts'
import { isRegex } from '../../relations/ingress/nginx-paths.ts'
import { isReadByOthers, pathTakenBy } from '../../relations/ingress/path-taken.ts'
import { hostFits } from '../../wire/host-pattern.ts'
import { soundsLikeDeed } from './deeds.ts'
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
  const inQuestion = ingresses.value
    .filter((it) => ofIngress(model, it))
    .map((ingress) => {
      const controllers = controllersOf(model, ingressControllers.value, ingress)
      return { controllers, ...urlsOf(model, ingress, controllers) }
    })
    .filter(({ controllers }) => controllers.length > 0)
  const unknown = inQuestion.flatMap((it) => it.unknown)
  const all = inQuestion.flatMap(({ controllers, urls }) => urls.map((it, turn) => ({ it, turn, controllers })))
  const isDeed = ({ it }: (typeof all)[number]): boolean => it.basis !== 'url' && soundsLikeDeed(it.path)
  const deeds = all.filter(isDeed)
  const askable = all.filter((it) => !isDeed(it))
  // One zone of a limit is for all paths of an Ingress.
  const firstOf = new Map(askable.toReversed().map((one) => [one.it.ingress, one]))
  const isSpared = (one: (typeof all)[number]): boolean =>
    limitsOn(one.it.ingress).length > 0 && one.it.basis !== 'url' && firstOf.get(one.it.ingress) !== one
  const wanted = askable
    .filter((it) => !isSpared(it))
    // Each Ingress has its turn before one of many paths has all of its own.
    .toSorted((a, b) => a.turn - b.turn)
  const chosen = wanted.slice(0, mostUrls)
  const http = chosen.flatMap(({ it, controllers }) => {
    const gentle = limitsOn(it.ingress).length > 0
    const times = gentle ? 1 : Math.max(1, Math.ceil(answersPerUrl / (nodes * controllers.length)))
    return controllers.map((controller) => ({
      ...ofController(it, controller),
      times,
      ...(gentle ? { gentle: true as const } : {}),
    }))
  })
  return {
    http,
    strangers: strangersOf(http),
    leftOut: [
      ...(wanted.length > chosen.length
        ? [`asks the first ${chosen.length} of ${wanted.length} URLs of Ingresses only`]
        : []),
      ...deedsLeftOut(deeds.map(({ it }) => it)),
      ...limitedLeftOut(chosen.map(({ it }) => it)),
      ...(unknown.length > 0
        ? [
            `asks for nothing of ${count(unknown.length, 'path')} of Ingresses, as no URL is known that it takes: ` +
              `${some(unknown.map((it) => it.text))}; ` +
              `\`hopscope diagnose ${unknown[0]?.example}\` asks for the one that is given`,
          ]
        : []),
    ],
  }
}

/** Each node's probe is a client of its own to nginx, which counts by address. */
function limitedLeftOut(chosen: readonly Wanted[]): readonly string[] {
  const limited = new Set(chosen.flatMap(({ ingress }) => (limitsOn(ingress).length > 0 ? [full(ingress)] : [])))
  return limited.size === 0
    ? []
    : [`asks one URL once from each node of ${some([...limited])}: a limit of requests is set there`]
}

function deedsLeftOut(deeds: readonly Wanted[]): readonly string[] {
  const [first] = deeds
  if (first === undefined) return []
  return [
    `asks for nothing of ${count(deeds.length, 'path')} of Ingresses by whose name a GET may do something: ` +
      `${some(deeds.map((it) => `${it.host}${it.path}`))}; ` +
      `\`hopscope diagnose ${quoted(`${first.scheme}://${first.host}${first.path}`)}\` asks for the one that is given`,
  ]
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

interface Urls {
  readonly urls: readonly Wanted[]
  /** Rules of which no URL is known that they take. */
  readonly unknown: readonly { readonly text: string; readonly example: string }[]
}

function urlsOf(model: Model, ingress: Ingress, controllers: readonly IngressController[]): Urls {
  const { target } = model.scope
  const url = target.kind === 'object' && target.url !== null && URL.canParse(target.url) ? new URL(target.url) : null
  if (url !== null) {
    const scheme = url.protocol === 'https:' ? 'https' : 'http'
    const asked: Wanted = { ingress, scheme, host: url.host, path: `${url.pathname}${url.search}`, basis: 'url' }
    return { urls: [asked], unknown: [] }
  }
  const all = model.sources.ingresses.known ? model.sources.ingresses.value : []
  const reading = controllers.every(isIngressNginx) ? 'nginx' : 'other'
  const found = inTurn(ingress)
    .filter(({ backend }) => !isGrpc(model, ingress, backend))
    .map((route) => {
      const isWild = route.host?.startsWith('*') === true
      const host = (route.host ?? '').replace(/^\*/, 'hopscope')
      const path = isReadByOthers(all, route) ? null : pathTakenBy(route, host, reading)
      const scheme: Wanted['scheme'] = hasTls(ingress, host) ? 'https' : 'http'
      const isDeclared =
        !isWild && path !== null && route.path !== null && !isRegex(route.path) && path === encodeURI(route.path)
      return { route, scheme, host, path, basis: isDeclared ? ('declared' as const) : ('guessed' as const) }
    })
  return {
    urls: found.flatMap(({ scheme, host, path, basis }) =>
      path === null ? [] : [{ ingress, scheme, host, path, basis }],
    ),
    unknown: found
      .filter((it) => it.path === null)
      .map(({ route, scheme, host }) => ({
        text: `${route.path ?? '/'} of Ingress ${full(ingress)}`,
        example: `${scheme}://${host === '' ? 'HOST' : host}/PATH`,
      })),
  }
}

/** Every rule of a host, a Service's first ones before the others, and what takes the rest at the end. */
function inTurn(ingress: Ingress): readonly Route[] {
  return [
    ...Map.groupBy(routesOf(ingress), ({ host, path }) => `${path === null ? 1 : 0}${host ?? ''}`).values(),
  ].flatMap((ofHost) => {
    const byService = [...Map.groupBy(ofHost, (it) => it.backend.service).values()]
    return [...byService.map((its) => its.slice(0, 1)), ...byService.map((its) => its.slice(1))].flat()
  })
}

/** `--controller-class` gives it any name; recordings of before say no product. */
function isIngressNginx({ product, controller }: IngressController): boolean {
  return product === undefined ? controller === 'k8s.io/ingress-nginx' : product === 'ingress-nginx'
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
