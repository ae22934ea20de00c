import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import { routeText } from '../../relations/ingress/ingress-routes-to-service.ts'
import { liveOf, type LiveOf } from '../../relations/ingress/live-of-ingress.ts'
import { ingressBackendFails, ingressNotLive } from '../../relations/symptom.ts'
import { full, some } from '../../phrases.ts'
import { isAskedAbout } from '../service/words.ts'
import { backendText, liveEvidence } from './live-words.ts'
import { ingressSubject } from './words.ts'

/**
 * A controller that could not load a configuration, or hears nothing of the API server, goes on sending a path where it
 * went before the Ingress was changed. `kubectl get ingress` shows the change as done.
 */
export default check({
  code: 'ING321',
  slug: 'ingress/live-differs',
  title: 'a controller sends a path elsewhere than its Ingress says',
  fine: 'each path that controllers run goes where its Ingress says',
  severity: 'error',
  needs: ['ingressConfigs', 'ingresses'],
  wants: ['ingressClasses', 'ingressControllers'],
  remedies: [],
  decides: ['ING-12'],

  run({ ingressConfigs, ingresses, ingressClasses, ingressControllers, scope }) {
    const all = liveOf({ ingressConfigs, ingresses, ingressClasses, ingressControllers, scope })
    const asked = all.filter(({ ingress }) => isAskedAbout(scope, 'Ingress', ingress))
    return asked.length === 0 ? notApplicable('no Ingress here is one of these controllers') : asked.map(judge)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${args.controller} sends ${args.route} of Ingress ${full(on)} to ${args.runs}, ` +
      `and the Ingress says ${args.says}.`,
    detail: ({ args }) =>
      `${args.bad} of ${args.of} paths run otherwise · nginx.conf line ${args.line} of ${args.controller}`,
    note: ({ args }) =>
      args.owner === ''
        ? 'the controller runs what the Ingress said before it was changed'
        : `the location is of ${args.owner}, which does not declare this path now`,
    help: ({ subject: on, args }) => [
      'read why the controller did not take up the change',
      `kubectl -n ${args.home} logs ${args.controller} --since=1h | grep -E 'emerg|rror|ailed'`,
      `kubectl -n ${args.home} exec ${args.controller} -- sed -n ${args.line},${args.end}p /etc/nginx/nginx.conf`,
      `kubectl -n ${on.namespace} get ingress ${on.name} -o yaml`,
    ],
  },
})

function judge({ ingress, routes }: LiveOf) {
  const different = routes.flatMap((it) =>
    it.state.kind === 'left-over' || it.state.kind === 'other-backend' ? [{ it, location: it.state.location }] : [],
  )
  const [first] = different
  if (first === undefined) return ok(Math.max(1, routes.length))
  const { route, config, state } = first.it
  const owner = first.location.ingress
  return finding({
    subject: ingressSubject(ingress),
    confidence: 'observed',
    args: {
      route: routeText(route),
      runs: backendText(first.location),
      says: `${route.backend.service}:${route.backend.port ?? ''}`,
      owner: state.kind === 'left-over' && owner !== null ? `Ingress ${full(owner)}` : '',
      bad: new Set(different.map(({ it }) => routeText(it.route))).size,
      of: new Set(routes.map((it) => routeText(it.route))).size,
      line: first.location.line,
      end: first.location.end,
      controller: config.pod,
      home: config.namespace,
      services: some([...new Set(different.map(({ it }) => it.route.backend.service))]),
    },
    evidence: liveEvidence(different.map(({ it }) => it)),
    symptoms: [ingressNotLive(ingress)],
    causes: [...new Set(different.map(({ it }) => it.route.backend.service))].map((it) =>
      ingressBackendFails(ingress, it),
    ),
  })
}
