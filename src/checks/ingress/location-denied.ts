import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import { routeText } from '../../relations/ingress/ingress-routes-to-service.ts'
import { liveOf, type LiveOf } from '../../relations/ingress/live-of-ingress.ts'
import { ingressBackendFails, ingressNotLive } from '../../relations/symptom.ts'
import { full, some, shown } from '../../phrases.ts'
import { isAskedAbout } from '../service/words.ts'
import { liveEvidence } from './live-words.ts'
import { ingressSubject } from './words.ts'

/**
 * ingress-nginx answers 503 in the place of a backend whose annotation it refuses: of a risk that its ConfigMap does
 * not allow, with a value that it can't read, with a Secret that is missing (internal/ingress/annotations, Denied). The
 * reason stands as a comment in nginx.conf, and in a line of its log.
 */
export default check({
  code: 'ING325',
  slug: 'ingress/location-denied',
  title: 'a controller denies a path of an Ingress, for an annotation of it',
  fine: 'no path of an Ingress is denied by its controller',
  severity: 'error',
  needs: ['ingressConfigs', 'ingresses'],
  wants: ['ingressClasses', 'ingressControllers'],
  remedies: [],
  decides: ['ING-06', 'ING-20'],

  run({ ingressConfigs, ingresses, ingressClasses, ingressControllers, scope }) {
    const all = liveOf({ ingressConfigs, ingresses, ingressClasses, ingressControllers, scope })
    const asked = all.filter(({ ingress }) => isAskedAbout(scope, 'Ingress', ingress))
    return asked.length === 0 ? notApplicable('no Ingress here is one of these controllers') : asked.map(judge)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${args.controller} answers 503 for ${args.route} of Ingress ${full(on)}: ` +
      `${shown(args.reason, 'without a reason')}.`,
    detail: ({ args }) => `${args.bad} of ${args.of} paths denied · nginx.conf line ${args.line} of ${args.controller}`,
    note: () => 'the pods behind it are not asked, whatever they would say',
    help: ({ subject: on, args }) => [
      'remove or fix the annotation, or have the controller allow it (allow-snippet-annotations, ' +
        'annotations-risk-level in its ConfigMap: for all tenants then)',
      `kubectl -n ${on.namespace} get ingress ${on.name} -o yaml`,
      `kubectl -n ${args.home} exec ${args.controller} -- sed -n ${args.line},${args.end}p /etc/nginx/nginx.conf`,
    ],
  },
})

function judge({ ingress, routes }: LiveOf) {
  const denied = routes.flatMap((it) => (it.state.kind === 'denied' ? [{ it, location: it.state.location }] : []))
  const [first] = denied
  if (first === undefined) return ok(Math.max(1, routes.length))
  const { location } = first
  return finding({
    subject: ingressSubject(ingress),
    confidence: 'observed',
    args: {
      route: some([...new Set(denied.map(({ it }) => routeText(it.route)))], 2),
      reason: location.denied ?? '',
      bad: new Set(denied.map(({ it }) => routeText(it.route))).size,
      of: new Set(routes.map((it) => routeText(it.route))).size,
      line: location.line,
      end: location.end,
      controller: first.it.config.pod,
      home: first.it.config.namespace,
    },
    evidence: liveEvidence(denied.map(({ it }) => it)),
    symptoms: [ingressNotLive(ingress)],
    causes: [...new Set(denied.map(({ it }) => it.route.backend.service))].map((it) =>
      ingressBackendFails(ingress, it),
    ),
  })
}
