import { check } from '../../findings/check.ts'
import type { Evidence } from '../../findings/evidence.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Contacts, HttpContact } from '../../model/contacts.ts'
import type { Ingress, IngressClass } from '../../model/ingress.ts'
import type { IngressConfigs } from '../../model/ingress-config.ts'
import type { Known } from '../../model/known.ts'
import { isNotFound, urlText } from '../../relations/ingress/http-answers.ts'
import { directOf, isOfController, routeOfContact, requestsOf } from '../../relations/ingress/http-of-ingress.ts'
import { type Route, routesOf } from '../../relations/ingress/ingress-routes-to-service.ts'
import { type LiveTaker, liveTaker, locationText } from '../../relations/ingress/live-taker.ts'
import { withBeside } from '../../relations/ingress/of-one-host.ts'
import { isForNginx, type Rewritten, rewrittenBy, turnsRegexOn } from '../../relations/ingress/nginx-paths.ts'
import { notFoundBySome, regexTakes } from '../../relations/symptom.ts'
import { isAskedAbout } from '../service/words.ts'
import { ingressSubject, statusShares } from './words.ts'
import { full, some } from '../../phrases.ts'

/**
 * Somebody declared this path, so somebody means to use it. Where it is answered 404 by what stands behind, the request
 * went to the wrong Service, or came there with another path than the application knows.
 */
export default check({
  code: 'ING308',
  slug: 'ingress/path-not-found',
  title: 'a URL that an Ingress declares is answered 404',
  fine: 'no declared URL that was asked for is answered 404',
  severity: 'warning',
  needs: ['contacts', 'ingresses'],
  wants: ['ingressClasses', 'ingressesBeside', 'ingressConfigs'],
  remedies: [],
  decides: ['ING-09', 'ING-23'],

  run({ contacts, ingresses, ingressesBeside, ingressClasses, ingressConfigs, scope }) {
    const around = withBeside(ingresses, ingressesBeside)
    const verdicts = ingresses
      .filter((it) => isAskedAbout(scope, 'Ingress', it))
      .flatMap((ingress) => judge(ingress, { contacts, ingresses, around, ingressClasses, ingressConfigs }))
    return verdicts.length > 0 ? verdicts : notApplicable('no URL of an Ingress was asked for')
  },

  words: {
    headline: ({ args, subject: on }) =>
      `${args.url} of Ingress ${full(on)} is answered 404: ${args.bad} of ${args.of} requests.`,
    detail: ({ args }) =>
      '404 by what is behind the controller, not by the controller itself · ' +
      `backend ${args.service}` +
      (args.taken === null ? '' : `, by ${args.taken}`) +
      (args.becomes === null ? '' : ` · the pods are asked for ${shown(args.becomes)}`) +
      (args.direct === '' ? '' : ` · asked directly, its pods say ${args.direct}`),
    note: ({ args }) => {
      if (args.taken !== null) return takenText(args)
      return args.becomes === null
        ? meaning(args)
        : `rewrite-target \`${args.target}\` puts ${shown(args.becomes)} in the place of the path` +
            (args.groups.length === 0
              ? ''
              : `: ${args.groups.map((it, at) => `$${at + 1} is ${shown(it)}`).join(', ')}`)
    },
    help: ({ subject: on, args }) => [
      ...(args.becomes === null
        ? []
        : ['see whether rewrite-target names the group that was meant, and whether the application has that path']),
      ...helpOf(args),
      `kubectl -n ${on.namespace} get ingress ${on.name} -o yaml`,
      ...(args.service === '' ? [] : [`kubectl -n ${on.namespace} describe service ${args.service}`]),
    ],
  },
})

function shown(path: string): string {
  return path === '' ? 'nothing' : `\`${path}\``
}

interface Said {
  readonly direct: string
  readonly vhost: string | null
  /** `rewrites`: it stands in the Ingress or in the location; `plain`: in neither; `unread`: of another controller. */
  readonly way: 'rewrites' | 'plain' | 'unread'
  readonly rulers: readonly string[]
  readonly taken: string | null
  readonly url: string
  readonly service: string
}

/** nginx took the request by another location than that of the rule. */
function takenText({ taken, service, rulers }: Said): string {
  const why = rulers.length === 0 ? '' : `: ${some(rulers, 2)} of the same host makes regular expressions of its paths`
  return `not the rule that the Ingress has for it takes this request, but ${taken}, which leads to ${service}${why}`
}

function helpOf({ taken, rulers, url, way, vhost }: Said): readonly string[] {
  const conf = `hopscope ingress conf ${url}`
  if (taken !== null)
    return [
      rulers.length === 0
        ? 'see which location of the controller takes the URL, and which Ingress it is of'
        : `give ${some(rulers, 2)} a host of its own, or paths without a rewrite or an expression`,
      conf,
    ]
  if (way === 'rewrites' || way === 'unread')
    return [
      'compare the path that the application gets (rewrite-target, app-root, ' +
        'a prefix that is not cut off) with what it serves, and whether this Service is the one that is meant',
    ]
  const host = vhost === null ? 'the Host header' : `the Host \`${vhost}\``
  return [
    `compare what the application gets through the controller (${host}, headers, a login) with what it is asked for ` +
      'directly, and see whether this Service is the one that is meant',
    conf,
  ]
}

interface Seen {
  readonly contacts: Contacts
  readonly ingresses: readonly Ingress[]
  /** Those of other namespaces too. */
  readonly around: readonly Ingress[]
  readonly ingressConfigs: Known<IngressConfigs>
  readonly ingressClasses: Known<readonly IngressClass[]>
}

function judge(ingress: Ingress, { contacts, ingresses, around, ingressClasses, ingressConfigs }: Seen) {
  const http = requestsOf(contacts, ingress).filter((it) => it.status !== null)
  const urls = [...Map.groupBy(http, urlText)]
  return urls.flatMap(([url, its]) => {
    const [first] = its
    if (first === undefined) return []
    const declared = routeOfContact(ingress, first)
    const made = { host: first.host, path: first.path, controllerPod: first.via.controllerPod }
    const live = liveTaker(ingressConfigs, made)
    const taken = declared === null ? null : takenElsewhere(declared, live)
    const route = taken === null ? declared : routeOfTaker(taken, around)
    const direct = directOf(contacts, route?.ingress ?? ingress, route)
    const missing = its.filter((it) => isNotFound(it) && !isOfController(it, { contacts, ingresses, direct }))
    const sameUrl = direct.filter((it) => it.path === first.path && it.status !== null)
    const severity = severityOf({
      first,
      missing: missing.length,
      of: its.length,
      // What a rewrite makes of the path, the pods were not asked for.
      knownToPods: (ingress.nginx?.rewrite ?? null) === null && sameUrl.some((it) => (it.status ?? 0) < 400),
    })
    const backend = route?.backend
    const becomes = becomesOf(route, first.path, ingressClasses)
    // The pods were asked for the path as it was asked, and get another.
    const asIs = direct.filter((it) => it.status !== null && it.path === (becomes?.path ?? first.path))
    if (missing.length === 0) return [ok(its.length)]
    if (severity === 'none') return [ok(its.length, `${url} is answered 404, and nobody said that it should be found`)]
    return [
      finding({
        subject: ingressSubject(ingress),
        confidence: 'observed',
        severity,
        args: {
          url,
          bad: missing.length,
          of: its.length,
          ...takenArgs(taken, { declared, first, around }),
          way: wayOf(ingress, live, isForNginx(ingress, ingressClasses)),
          vhost: ingress.nginx?.vhost ?? null,
          direct: some([...new Set(asIs.map((it) => `${it.status}`))]),
          ...rewriteArgs(becomes),
        },
        evidence: [
          ...(becomes === null ? [] : [rewriteEvidence(ingress, becomes)]),
          statusShares('requests that were answered 404', its, (it) => missing.includes(it)),
        ],
        symptoms: [
          ...(backend === undefined ? [] : [notFoundBySome({ namespace: ingress.namespace, name: backend.service })]),
          ...takenBy(ingress, taken),
        ],
      }),
    ]
  })
}

interface Other {
  readonly declared: Route | null
  readonly first: HttpContact
  readonly around: readonly Ingress[]
}

function takenArgs(taken: LiveTaker | null, { declared, first, around }: Other) {
  if (taken === null) return { service: declared?.backend.service ?? '', taken: null, rulers: [] }
  const { location, pod, to } = taken
  return {
    service: to?.name ?? '',
    taken: `${locationText(location)}, line ${location.line} in ${pod}`,
    rulers: rulersOf(first, around).map((it) => `Ingress ${full(it)}`),
  }
}

function takenBy(ingress: Ingress, taken: LiveTaker | null): readonly string[] {
  return taken?.location.modifier.startsWith('~') === true ? [regexTakes(ingress)] : []
}

/** null where nginx has the request by the very rule, and where its configuration was not read. */
function takenElsewhere({ ingress, path, backend }: Route, live: LiveTaker | null): LiveTaker | null {
  if (live === null || live.to === null) return null
  const { ingress: of, service, declared } = live.location
  const isOwn = of?.namespace === ingress.namespace && of.name === ingress.name
  return isOwn && service === backend.service && (declared === path || declared === null || path === null) ? null : live
}

function routeOfTaker({ location }: LiveTaker, around: readonly Ingress[]): Route | null {
  const ingress = around.find((it) => it.namespace === location.ingress?.namespace && it.name === location.ingress.name)
  const routes = ingress === undefined ? [] : routesOf(ingress)
  return (
    routes.find((it) => it.backend.service === location.service && it.path === location.declared) ??
    routes.find((it) => it.backend.service === location.service) ??
    null
  )
}

/** Those that have ingress-nginx read each path of this host as an expression. */
function rulersOf({ host }: HttpContact, around: readonly Ingress[]): readonly Ingress[] {
  const name = host.replace(/:\d{1,5}$/, '').toLowerCase()
  return around.filter((it) => turnsRegexOn(it) && it.rules.some((rule) => (rule.host ?? '').toLowerCase() === name))
}

function wayOf({ nginx, redirect }: Ingress, live: LiveTaker | null, isNginx: boolean): Said['way'] {
  if (live !== null) return live.location.rewrite === null ? 'plain' : 'rewrites'
  if (!isNginx) return 'unread'
  return (nginx?.rewrite ?? null) !== null || redirect?.by === 'app-root' ? 'rewrites' : 'plain'
}

/** null for what the pods are asked for as it was asked. */
function becomesOf(route: Route | null, path: string, classes: Known<readonly IngressClass[]>): Rewritten | null {
  const rewritten = route === null || !isForNginx(route.ingress, classes) ? null : rewrittenBy(route, path)
  return rewritten?.path === path ? null : rewritten
}

function rewriteArgs(becomes: Rewritten | null) {
  return becomes === null
    ? { becomes: null, target: '', groups: [] }
    : { becomes: becomes.path, target: becomes.target, groups: becomes.groups }
}

function rewriteEvidence(ingress: Ingress, { target, path }: Rewritten): Evidence {
  return {
    kind: 'config',
    object: ingressSubject(ingress),
    path: "metadata.annotations['nginx.ingress.kubernetes.io/rewrite-target']",
    lines: ['annotations:', `  nginx.ingress.kubernetes.io/rewrite-target: ${target}`],
    at: 1,
    mark: target,
    label: `makes ${shown(path)} of it`,
  }
}

interface Case {
  readonly first: HttpContact
  readonly missing: number
  readonly of: number
  readonly knownToPods: boolean
}

/**
 * `/` as a prefix stands for everything below it, and many an application has nothing at `/` itself: worth a line. What
 * was asked of a regular expression or a wildcard is a guess.
 */
function severityOf({ first, missing, of, knownToPods }: Case): 'warning' | 'info' | 'none' {
  if (knownToPods || missing < of || first.basis === 'url') return 'warning'
  if (first.basis !== 'declared') return 'none'
  return first.path === '/' ? 'info' : 'warning'
}

function meaning({ direct, vhost, way }: Said): string {
  if (direct === '')
    return (
      'the request reached a backend that does not have this path: another Service is meant' +
      (way === 'plain' ? '' : ', or the path is rewritten on the way')
    )
  if (direct.includes('404'))
    return (
      'the pods say the same when they are asked directly: the application does not have this path, ' +
      'or another Service is meant'
    )
  if (vhost !== null)
    return (
      'the pods have this path when they are asked directly; through the controller they get the Host ' +
      `\`${vhost}\` (annotation upstream-vhost), and may be another site under that name`
    )
  if (way === 'plain')
    return (
      'the pods have this path when they are asked directly, and nothing rewrites it on the way: what differs ' +
      'through the controller is the Host, a header or a login, or another Service is meant'
    )
  return (
    'the pods have this path when they are asked directly, so they get another one through the controller: ' +
    'it is rewritten on the way'
  )
}
