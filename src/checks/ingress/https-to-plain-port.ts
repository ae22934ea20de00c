import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ControllerFront, Ingress, IngressController } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import type { Outside } from '../../model/outside.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { controllersOf } from '../../relations/ingress/controllers-of.ts'
import { isBadEnd } from '../../relations/ingress/http-answers.ts'
import { outsideFails } from '../../relations/symptom.ts'
import { ingressSubject } from './words.ts'

/**
 * Of nginx, whose ports are for one of the two: an entry point of Traefik's takes both, as its routers say (ING374).
 * Where it makes all of them routers for TLS (`http.tls`, which the chart sets for websecure), what a load balancer has
 * decrypted finds none there (doc.traefik.io, entry points: "TLS").
 * Port 443 of the Service leads to the port on which the controller speaks plain http: the client begins with TLS, and
 * is answered with the text of a 400 (SSL_ERROR_RX_RECORD_TOO_LONG, "wrong version number"). The other way round nginx
 * answers 400, "plain HTTP request was sent to HTTPS port" (kubernetes/ingress-nginx 3556, 6364, 11893); so it does
 * where a load balancer has ended TLS (4717).
 */
export default check({
  code: 'ING375',
  slug: 'ingress/https-to-plain-port',
  title: 'https is led to a port of the controller that speaks no TLS',
  fine: 'the Services before controllers lead http and https each to its own port',
  severity: 'error',
  needs: ['ingressControllers'],
  wants: ['ingresses', 'ingressClasses', 'outside'],
  remedies: [],
  decides: [],

  run({ ingressControllers, ingresses, ingressClasses, outside }) {
    const each = ingressControllers
      .filter((it) => it.product !== undefined || it.tlsEntryPoints !== undefined)
      .flatMap((controller) =>
        (controller.fronts ?? []).flatMap((front) => (isJudged(front) ? { controller, front } : [])),
      )
    const pairs = [...new Map(each.map((it) => [full(it.front), it])).values()]
    if (pairs.length === 0) return notApplicable('no load balancer before a controller of nginx or Traefik was seen')
    const classes = ingressClasses.known ? ingressClasses.value : []
    return pairs.flatMap(({ controller, front }) => {
      const wrong = wrongWays(front, controller)
      if (wrong.length === 0 || isAnswered(outside, wrong)) return ok(1)
      const its = (ingresses.known ? ingresses.value : []).filter((it) =>
        controllersOf(it, ingressControllers, classes).includes(controller),
      )
      return wrong.map((it) => verdict({ front, controller, its }, it))
    })
  },

  words: {
    headline: ({ subject: on, args }) => headlines[args.is](full(on), args),
    detail: ({ args }) => `${args.port} -> targetPort ${args.target} · controller ${args.home}/${args.pod}`,
    note: ({ args }) => notes[args.is],
    help: ({ subject: on, args }) => [
      cures[args.is],
      `kubectl -n ${on.namespace} edit service ${on.name}   # port ${args.port}: targetPort ${args.right}`,
      `kubectl -n ${on.namespace} get service ${on.name} -o jsonpath='{.spec.ports}'`,
    ],
  },
})

type Is = 'https' | 'http' | 'webhook' | 'ended' | 'entry'

interface Led {
  readonly port: number
  readonly to: string
}

const headlines: Readonly<Record<Is, (service: string, led: Led) => string>> = {
  https: (service, { port, to }) =>
    `Port ${port} of Service ${service} leads to port ${to} of its controller, which speaks plain http: TLS fails.`,
  webhook: (service, { port, to }) =>
    `Port ${port} of Service ${service} leads to port ${to} of its controller, which is that of its admission webhook.`,
  http: (service, { port, to }) =>
    `Port ${port} of Service ${service} leads to port ${to} of its controller, which takes TLS alone.`,
  ended: (service, { port, to }) =>
    `The load balancer of Service ${service} ends TLS at port ${port}, and sends plain http to port ${to} of its ` +
    'controller, which takes TLS alone.',
  entry: (service, { port, to }) =>
    `The load balancer of Service ${service} ends TLS at port ${port}, and sends plain http to entry point ${to} of ` +
    'Traefik, whose routers take TLS alone.',
}

const cures: Readonly<Record<Is, string>> = {
  https: 'lead the port to the one for TLS; if something before it ends TLS, the Service does not say so',
  webhook: 'lead the port to the one for TLS',
  http: 'lead the port to the one for http',
  ended: 'lead the port to the one for http, or have the load balancer speak TLS to it (backend-protocol ssl)',
  entry: 'lead the port to the entry point for http, or take TLS from this one (ports.websecure.http.tls of the chart)',
}

const notes: Readonly<Record<Is, string>> = {
  https:
    'browsers say SSL_ERROR_RX_RECORD_TOO_LONG or ERR_SSL_PROTOCOL_ERROR, curl “wrong version number”; no Ingress ' +
    'and no certificate is at fault',
  http: 'each request by http is answered with 400',
  ended: 'each request is answered with 400, “The plain HTTP request was sent to HTTPS port”',
  entry: 'each request is answered with 404, “404 page not found”: no router is for plain http there',
  webhook: 'clients get the certificate of the webhook, and nothing behind it knows their host',
}

interface Way {
  readonly is: Is
  readonly port: ControllerFront['ports'][number]
  /** The name of the right one, else its number. */
  readonly right: number | string
}

/** By a NodePort anything may come. */
function isJudged({ type, wants }: ControllerFront): boolean {
  return type === 'LoadBalancer' && wants.length === 0
}

/** Where TLS ends before, plain http behind is right, and the port for TLS is wrong. */
function wrongWays(front: ControllerFront, controller: IngressController): readonly Way[] {
  const { ports, tlsEnded } = front
  if (controller.product === undefined) return entryWays(front, controller)
  const { plain = 80, tls = 443 } = controller.ports ?? {}
  const named = new Map(ports.flatMap(({ opens }) => (opens?.name == null ? [] : [[opens.port, opens.name] as const])))
  const ways = ports.flatMap((port): readonly Way[] => {
    const is = wayOf(port, { plain, tls, isEnded: tlsEnded?.ports.includes(port.port) === true })
    if (is === null) return []
    const right = isOfPlain(is) ? plain : tls
    return [{ is, port, right: named.get(right) ?? right }]
  })
  // Both crossed are told of by SVC241, where they have names.
  const isCrossed = ways.some((it) => it.is === 'http') && ways.some((it) => it.is === 'https')
  return isCrossed && ways.every((it) => it.port.opens?.name != null) ? [] : ways
}

/** Of Traefik: by the name of the port, which is that of the entry point (the chart), or by its number. */
function entryWays({ ports, tlsEnded }: ControllerFront, controller: IngressController): readonly Way[] {
  const secure = controller.tlsEntryPoints ?? []
  const plain = (controller.entryPoints ?? []).find((it) => it === 'web' || it === 'http')
  return ports.flatMap((port): readonly Way[] => {
    const name = (typeof port.targetPort === 'string' ? port.targetPort : port.opens?.name)?.toLowerCase()
    const isEnded = tlsEnded?.ports.includes(port.port) === true && port.port !== 80
    return isEnded && name !== undefined && secure.includes(name) ? [{ is: 'entry', port, right: plain ?? 'web' }] : []
  })
}

/** What comes there is plain http. */
function isOfPlain(is: Is): boolean {
  return is === 'http' || is === 'ended' || is === 'entry'
}

function wayOf(
  { port, opens }: ControllerFront['ports'][number],
  { plain, tls, isEnded }: { readonly plain: number; readonly tls: number; readonly isEnded: boolean },
): Is | null {
  if (opens === undefined || plain === tls) return null
  // cloud-provider-aws, buildListener: what it decrypted goes on as http, or as a bare stream.
  if (isEnded) return opens.port === tls && port !== 80 ? 'ended' : null
  if (port === 443 && opens.port === plain) return 'https'
  if (port === 443 && opens.name === 'webhook' && opens.port !== tls) return 'webhook'
  return port === 80 && opens.port === tls ? 'http' : null
}

function isAnswered(outside: Known<Outside>, ways: readonly Way[]): boolean {
  return (
    outside.known && outside.value.answers.some((it) => ways.some(({ port }) => port.port === it.port) && !isBadEnd(it))
  )
}

interface Seen {
  readonly front: ControllerFront
  readonly controller: IngressController
  readonly its: readonly Ingress[]
}

function verdict({ front, controller, its }: Seen, { is, port, right }: Way) {
  const secure = its.filter((it) => (it.tls ?? []).length > 0)
  // Whoever wants no TLS may have let the port lead anywhere, or have it ended by a proxy of another's.
  const on = subject('Service', front.namespace, front.name)
  const hit = isOfPlain(is) ? its : secure
  const isAsSaid = front.tlsEnded?.header !== 'unsure'
  const sure: Readonly<Record<Is, boolean>> = {
    ended: isAsSaid,
    // Routers of a Gateway go by its listeners.
    entry: isAsSaid && its.length > 0,
    https: secure.length > 0,
    http: true,
    webhook: true,
  }
  const isSure = sure[is]
  return finding({
    subject: on,
    also: hit.slice(0, 20).map(ingressSubject),
    confidence: isSure ? 'inferred' : 'possible',
    severity: isSure ? 'error' : 'warning',
    args: {
      is,
      port: port.port,
      to: port.opens?.name ?? `${port.opens?.port ?? port.targetPort}`,
      target: `${port.targetPort}`,
      ingresses: hit.map(full),
      home: controller.namespace,
      pod: controller.pod,
      right: `${right}`,
    },
    evidence: [
      {
        kind: 'config',
        object: on,
        path: 'spec.ports',
        lines: [`- port: ${port.port}`, `  targetPort: ${port.targetPort}`],
        at: 1,
        mark: `${port.targetPort}`,
        label: isOfPlain(is) ? 'takes TLS alone' : `the one for TLS is ${right}`,
      },
      ...(hit.length === 0
        ? []
        : [{ kind: 'fact' as const, label: 'Ingresses behind it', value: some(hit.map(full), 4) }]),
    ],
    causes: isSure ? hit.map(outsideFails) : [],
  })
}
