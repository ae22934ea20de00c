import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { Beside, ControllerSettings } from '../../model/beside.ts'
import type { ControllerFront, Ingress, IngressController } from '../../model/ingress.ts'
import type { Known } from '../../model/known.ts'
import type { Outside } from '../../model/outside.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { settingsOf } from '../../relations/ingress/controller-settings.ts'
import { controllersOf } from '../../relations/ingress/controllers-of.ts'
import { isBadEnd, isRedirect } from '../../relations/ingress/http-answers.ts'
import { outsideFails } from '../../relations/symptom.ts'
import { ingressSubject } from './words.ts'

const traefik = 'traefik.io/ingress-controller'

/**
 * A load balancer that ends TLS sends what came by https on by http. ingress-nginx takes it for http, and leads it to
 * https, where it is again, unless a header or the PROXY protocol tells of the port (lua_ingress.lua, redirect_to_https
 * and pass_access_scheme; kubernetes/ingress-nginx 1957, 2724).
 */
export default check({
  code: 'ING373',
  slug: 'ingress/tls-ended-before',
  title: 'https is led to https again, as its load balancer has ended TLS',
  fine: 'what load balancers take by https is not led there again',
  severity: 'error',
  needs: ['ingresses', 'ingressControllers'],
  wants: ['ingressClasses', 'beside', 'outside'],
  remedies: [],
  decides: ['ING-09'],

  run({ ingresses, ingressControllers, ingressClasses, beside, outside, scope: { target } }) {
    const ended = endedBefore(ingressControllers, 'ingress-nginx')
    const ofTraefik = endedBefore(ingressControllers, 'traefik')
    if (ended.length + ofTraefik.length === 0)
      return notApplicable('no load balancer before ingress-nginx or Traefik ends TLS, as its Service says')
    const classes = ingressClasses.known ? ingressClasses.value : []
    const isAsked = (it: Ingress): boolean =>
      target.kind === 'object' && target.object.namespace === it.namespace && target.object.name === it.name
    const byEntry = ofTraefik.map((it) => entryVerdict(it) ?? ok(1))
    const byIngress = ended.map(({ front, controller, ports }) => {
      const settings = settingsHeld(controller, beside)
      const its = ingresses
        .filter((it) => controllersOf(it, ingressControllers, classes).includes(controller))
        .filter((it) => !(isAsked(it) && isAnswered(outside)))
      const redirecting = its.filter((it) => leads(it, settings) !== 'no')
      if (ports.length === 0 || redirecting.length === 0) return ok(1)
      if (settings === null) return cannotTell('not-there', 'what the ConfigMap of the controller sets is not read')
      if (settings.proxyProtocol === 'on' || (isTold(front) && settings.forwarded === 'on')) return ok(1)
      return verdict(front, { controller, ports, settings, redirecting })
    })
    return [...byIngress, ...byEntry]
  },

  words: {
    headline: ({ subject: on, args }) =>
      `The load balancer of Service ${full(on)} ends TLS and speaks http to ${args.controller}, which leads ` +
      `${args.entry === null ? some(args.ingresses, 2) : 'all requests'} to https again: requests go in a circle.`,
    detail: ({ args }) =>
      args.entry === null
        ? detailOf(args)
        : `port ${args.ports.join(', ')} leads to entry point ${args.entry}, which redirects`,
    note: ({ args }) =>
      args.others.length === 0
        ? 'browsers give up after about 20 redirects (ERR_TOO_MANY_REDIRECTS); each is a 308'
        : `not so for what comes by ${some(args.others, 2)}; each redirect is a 308`,
    help: ({ subject: on, args }) => [
      cureOf(args),
      `kubectl -n ${on.namespace} get service ${on.name} -o yaml`,
      ...(args.map === '' ? [] : [`kubectl -n ${args.home} edit configmap ${args.map.split('/')[1] ?? ''}`]),
    ],
  },
})

function cureOf({ entry, told }: Told): string {
  if (entry !== null) return 'lead the port to an entry point without a redirect, or let Traefik end TLS'
  if (told) return 'set use-forwarded-headers: "true" in the ConfigMap'
  return (
    'have the load balancer pass TLS on to the port for https, or speak the PROXY protocol on both sides; ' +
    'or redirect nowhere: ssl-redirect: "false", and no force-ssl-redirect'
  )
}

function detailOf(args: Told): string {
  return (
    `port ${args.ports.join(', ')} leads to the port for http · ConfigMap ${args.map}: ` +
    (args.forwarded
      ? 'use-forwarded-headers is on, and this load balancer sends no X-Forwarded-Proto'
      : `use-forwarded-headers is not on${args.told ? ', so X-Forwarded-Proto is not heeded' : ''}`) +
    (args.forced === 0 ? ' · each has a certificate, so ssl-redirect is on' : '')
  )
}

type Told = {
  readonly controller: string
  /** Of Traefik, which leads all that comes in there. */
  readonly entry: string | null
  readonly ingresses: readonly string[]
  readonly ports: readonly number[]
  readonly map: string
  readonly home: string
  readonly forwarded: boolean
  readonly told: boolean
  readonly forced: number
  readonly others: readonly string[]
}

interface Ended {
  readonly front: ControllerFront
  readonly controller: IngressController
  /** Those at which TLS ends, and that lead to the controller's port for http. */
  readonly ports: readonly number[]
}

/** Each Service once, as several pods have it before them. */
function endedBefore(controllers: readonly IngressController[], whose: 'ingress-nginx' | 'traefik'): readonly Ended[] {
  const all = controllers
    .filter((it) => (whose === 'traefik' ? it.controller === traefik : it.product === whose))
    .flatMap((controller) =>
      (controller.fronts ?? [])
        .filter((it) => it.type === 'LoadBalancer' && it.wants.length === 0 && it.tlsEnded !== undefined)
        .filter((it) => it.tlsEnded?.header !== 'unsure')
        .map((front) => ({ front, controller, ports: whose === 'traefik' ? [] : plainPorts(front, controller) })),
    )
  return [...new Map(all.map((it) => [full(it.front), it])).values()]
}

function plainPorts({ ports, tlsEnded }: ControllerFront, controller: IngressController): readonly number[] {
  const plain = controller.ports?.plain ?? 80
  return ports
    .filter((it) => tlsEnded?.ports.includes(it.port) && (it.targetPort === 'http' || it.targetPort === plain))
    .map((it) => it.port)
    .filter((it) => it !== 80)
}

function isTold({ tlsEnded }: ControllerFront): boolean {
  return tlsEnded?.header === 'sent'
}

function settingsHeld(controller: IngressController, beside: Known<Beside>): ControllerSettings | null {
  return beside.known ? settingsOf(controller, beside.value) : null
}

/** `ssl-redirect` goes by the certificate of the host, and the controller's own default is none. */
function leads(
  { sslRedirect, tls = [], nginx }: Ingress,
  settings: ControllerSettings | null,
): 'forced' | 'tls' | 'no' {
  if (nginx?.passthrough === true) return 'no'
  const says = sslRedirect ?? settings?.sslRedirect
  if (says !== undefined) return says === 'forced' ? 'forced' : 'no'
  return tls.some((it) => it.secret !== null) ? 'tls' : 'no'
}

/** Whoever was answered by something else than a redirect went in no circle. */
function isAnswered(outside: Known<Outside>): boolean {
  return outside.known && outside.value.answers.some((it) => !isRedirect(it) && !isBadEnd(it))
}

interface Seen extends Omit<Ended, 'front'> {
  readonly settings: ControllerSettings
  readonly redirecting: readonly Ingress[]
}

function verdict(front: ControllerFront, { controller, ports, settings, redirecting }: Seen): Verdict<Told> {
  const forced = redirecting.filter((it) => leads(it, settings) === 'forced')
  const others = (controller.fronts ?? []).filter(
    (it) => it.wants.length === 0 && full(it) !== full(front) && it.tlsEnded === undefined,
  )
  // A proxy before the load balancer may send the header.
  const isSure = forced.length > 0 && others.length === 0 && settings.forwarded !== 'on'
  const on = subject('Service', front.namespace, front.name)
  return finding({
    subject: on,
    also: redirecting.slice(0, 20).map(ingressSubject),
    confidence: isSure ? 'inferred' : 'possible',
    severity: isSure ? 'error' : 'warning',
    args: {
      controller: 'ingress-nginx',
      entry: null,
      ingresses: redirecting.map(full),
      ports,
      map: full(settings),
      home: settings.namespace,
      forwarded: settings.forwarded === 'on',
      told: isTold(front),
      forced: forced.length,
      others: others.map(full),
    },
    evidence: [
      {
        kind: 'config',
        object: on,
        path: 'metadata.annotations',
        lines: [
          'service.beta.kubernetes.io/aws-load-balancer-ssl-cert: …',
          ...front.ports.filter((it) => ports.includes(it.port)).map((it) => `port ${it.port} -> ${it.targetPort}`),
        ],
        at: 0,
        mark: 'ssl-cert',
        label: 'TLS ends here',
      },
      {
        kind: 'fact',
        label: 'led from http to https',
        value:
          `${count(forced.length, 'Ingress', 'Ingresses')} by force, ` +
          `${redirecting.length - forced.length} by a certificate`,
      },
    ],
    causes: isSure ? forced.map(outsideFails) : [],
  })
}

/**
 * An entry point of Traefik's that leads to https asks nobody else (traefik, pkg/server/router, redirectscheme: by the
 * connection, or by a header, which a load balancer that knows connections alone does not send).
 */
function entryVerdict({ front, controller }: Ended): Verdict<Told> | null {
  const redirecting = controller.redirectingEntryPoints ?? []
  const plain = controller.ports?.plain
  const leading = front.ports.flatMap((it) => {
    if (front.tlsEnded?.header !== 'none' || it.port === 80 || !front.tlsEnded.ports.includes(it.port)) return []
    const target = String(it.targetPort).toLowerCase()
    const entry = it.targetPort === plain ? redirecting.find((one) => one === 'web' || one === 'http') : target
    return entry !== undefined && redirecting.includes(entry) ? [{ port: it.port, entry }] : []
  })
  const [first] = leading
  if (first === undefined) return null
  const on = subject('Service', front.namespace, front.name)
  return finding({
    subject: on,
    confidence: 'inferred',
    args: {
      controller: 'Traefik',
      entry: first.entry,
      ingresses: [],
      ports: leading.map((it) => it.port),
      map: '',
      home: controller.namespace,
      forwarded: false,
      told: false,
      forced: 0,
      others: [],
    },
    evidence: [
      {
        kind: 'config',
        object: on,
        path: 'metadata.annotations',
        lines: ['service.beta.kubernetes.io/aws-load-balancer-ssl-cert: …', `port ${first.port} -> ${first.entry}`],
        at: 0,
        mark: 'ssl-cert',
        label: 'TLS ends here',
      },
      {
        kind: 'fact',
        label: `argument of ${full({ ...front, name: controller.pod })}`,
        value: redirectFlag(first.entry),
      },
    ],
  })
}

function redirectFlag(entry: string): string {
  return `--entryPoints.${entry}.http.redirections.entryPoint.to`
}
