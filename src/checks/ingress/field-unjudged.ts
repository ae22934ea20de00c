import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'
import { isTarget } from '../../relations/asked-about.ts'
import { calledAs, crdProvider } from '../../relations/ingress/traefik-names.ts'

/** What refuses requests by who asks, how often or with what: whom, is not read (doc.traefik.io, HTTP middlewares). */
const refusing =
  /^(?:ipAllowList|ipWhiteList|rateLimit|inFlightReq|basicAuth|digestAuth|forwardAuth|plugin|circuitBreaker)$/

/**
 * Where an object has fields by which requests are refused, nobody can say that a URL of it is answered: the field is
 * what is to be looked at.
 */
export default check({
  code: 'ING385',
  slug: 'ingress/field-unjudged',
  title: 'what a route has decides of requests, and is not judged',
  fine: 'routes have nothing that refuses requests and is not judged',
  severity: 'info',
  needs: ['ingresses'],
  wants: ['httpProxies', 'middlewares'],
  doubts: true,
  remedies: [],
  decides: [],

  run({ ingresses, httpProxies, middlewares, scope }) {
    const isAsked = scope.target.kind === 'object'
    const does = new Map(
      (middlewares.known ? middlewares.value : []).map((it) => [`${calledAs(it)}${crdProvider}`, it.does ?? '']),
    )
    const ofProxies = (httpProxies.known ? httpProxies.value : []).map((it) => ({
      on: subject('HTTPProxy', it.namespace, it.name),
      fields: it.refusesBy ?? [],
    }))
    const ofIngresses = ingresses.map((it) => ({
      on: subject('Ingress', it.namespace, it.name),
      fields: (it.middlewares ?? []).flatMap((name) =>
        refusing.test(does.get(name) ?? '') ? [`Middleware ${name} (${does.get(name)})`] : [],
      ),
    }))
    const all = [...ofProxies, ...ofIngresses].filter(
      (it) => it.fields.length > 0 && (!isAsked || isTarget(scope, it.on)),
    )
    const looked = ingresses.filter((it) => it.middlewares !== undefined && does.size > 0).length
    if (all.length === 0)
      return looked > 0
        ? ok(looked)
        : notApplicable('no HTTPProxy here refuses requests, and no Ingress has a Middleware that was read')
    return all.map(({ on, fields }) =>
      finding({
        subject: on,
        // Of a cluster it is what stands there; of a URL it may be the answer.
        confidence: isAsked ? 'possible' : 'inferred',
        args: { fields },
        evidence: fields.slice(0, 6).map((it) => ({ kind: 'fact', label: 'has', value: it })),
      }),
    )
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${full(on)} refuses some requests by ${some(args.fields, 3)}: whom, is not judged here.`,
    detail: ({ args }) => some(args.fields),
    note: () => 'whoever is refused gets 401, 403 or 429, and no backend is asked',
    help: ({ subject: on }) => [
      'see whether the caller is among those who are let in',
      `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml`,
    ],
  },
})
