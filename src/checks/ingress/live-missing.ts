import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import { liveOf, type LiveOf, liveVerdicts, whyNotRead } from '../../relations/ingress/live-of-ingress.ts'
import { routeText } from '../../relations/ingress/ingress-routes-to-service.ts'
import { ingressBackendFails, ingressFails, ingressNotLive, noEndpoints } from '../../relations/symptom.ts'
import { full, some, told } from '../../phrases.ts'
import { isAskedAbout } from '../service/words.ts'
import { liveEvidence } from './live-words.ts'
import { ingressSubject } from './words.ts'

/**
 * An Ingress is a wish. ingress-nginx writes a configuration of all of them, lets nginx test it, and goes on with the
 * last good one where the test fails (internal/ingress/controller/nginx.go, OnUpdate); an object that it refuses is
 * left out with a line in its log. The object shows neither.
 */
export default check({
  code: 'ING320',
  slug: 'ingress/live-missing',
  title: "a host or path of an Ingress is not in its controller's configuration",
  fine: "every host and path of each Ingress stands in its controller's running configuration",
  severity: 'error',
  needs: ['ingressConfigs', 'ingresses'],
  wants: ['ingressClasses', 'ingressControllers'],
  remedies: [],
  decides: ['ING-02', 'ING-07', 'ING-12'],

  run({ ingressConfigs, ingresses, ingressClasses, ingressControllers, scope }) {
    const all = liveOf({ ingressConfigs, ingresses, ingressClasses, ingressControllers, scope })
    const asked = all.filter(({ ingress }) => isAskedAbout(scope, 'Ingress', ingress))
    const unread = whyNotRead(ingressConfigs).map((it) => cannotTell(it.reason, it.why))
    if (asked.length === 0)
      return unread.length > 0 ? unread : notApplicable('no Ingress here is one of these controllers')
    return [...unread, ...asked.flatMap((it) => liveVerdicts(it, (one) => judge(one)))]
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${args.routes} of Ingress ${full(on)} ${args.bad === 1 ? 'is' : 'are'} not in the running configuration of ` +
      `${args.controllers}.`,
    detail: ({ args }) =>
      `${args.bad} of ${args.of} paths missing · ${args.what} · ${args.behind} of ${args.read} controllers`,
    note: ({ args }) =>
      args.said === ''
        ? 'the controller takes this class, and runs a configuration without it: it could not load one since, ' +
          'is cut off from the API server, or refuses this object'
        : `the controller says ${told(args.said)}`,
    help: ({ subject: on, args }) => [
      'read what the controller said when it last loaded a configuration',
      `kubectl -n ${args.home} logs ${args.pod} --since=1h | grep -E 'emerg|rror|nvalid|gnoring'`,
      `kubectl -n ${on.namespace} describe ingress ${on.name}`,
    ],
  },
})

function judge(live: LiveOf) {
  const missing = live.routes.filter(({ state }) => state.kind === 'no-host' || state.kind === 'no-path')
  const [first] = missing
  const compared = live.routes.filter(({ state }) => state.kind !== 'unknown')
  if (first === undefined) return ok(Math.max(1, compared.length))
  const { ingress } = live
  const texts = [...new Set(missing.map(({ route }) => routeText(route)))]
  const pods = [...new Set(missing.map(({ config }) => config.pod))]
  const services = [...new Set(missing.map(({ route }) => route.backend.service))]
  return finding({
    subject: ingressSubject(ingress),
    confidence: 'observed',
    args: {
      routes: some(texts, 3),
      bad: texts.length,
      of: new Set(live.routes.map(({ route }) => routeText(route))).size,
      what: missing.every(({ state }) => state.kind === 'no-host')
        ? 'no server block for the host'
        : 'no location for the path',
      behind: pods.length,
      read: new Set(live.routes.map(({ config }) => config.pod)).size,
      controllers: some(pods, 3),
      pod: first.config.pod,
      home: first.config.namespace,
      said: saidOf(live, pods),
    },
    evidence: liveEvidence(missing),
    symptoms: [ingressNotLive(ingress)],
    causes: [
      ingressFails(ingress),
      ...services.flatMap((it) => [
        ingressBackendFails(ingress, it),
        noEndpoints({ namespace: ingress.namespace, name: it }),
      ]),
    ],
  })
}

/** Its line in the log of a controller that leaves it out. */
function saidOf({ ingress, routes }: LiveOf, pods: readonly string[]): string {
  const logs = routes.flatMap(({ config }) => (pods.includes(config.pod) && config.log.known ? [config.log.value] : []))
  const signs = logs.flatMap((it) => it.signs).filter((it) => it.kind === 'ingress-ignored')
  const own = signs.find((it) => it.ingress?.namespace === ingress.namespace && it.ingress.name === ingress.name)
  // Some lines name no Ingress: they count where no other one is named.
  return own?.said ?? signs.find((it) => it.ingress === undefined)?.said ?? ''
}
