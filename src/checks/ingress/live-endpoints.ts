import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import { subject } from '../../model/subject.ts'
import { type LiveEndpoints, liveEndpoints } from '../../relations/ingress/live-endpoints.ts'
import { routeText } from '../../relations/ingress/ingress-routes-to-service.ts'
import { backendsNotLive, ingressBackendFails } from '../../relations/symptom.ts'
import { count, full, some, told } from '../../phrases.ts'
import { isAskedAbout } from '../service/words.ts'

/**
 * ingress-nginx sends requests to pods, not to the Service: it keeps a list of its own, by a watch on EndpointSlices
 * and a POST to the Lua code in nginx. Where either stops, requests go to addresses that are gone, and new pods get
 * none.
 */
export default check({
  code: 'ING322',
  slug: 'ingress/live-endpoints',
  title: "a controller's list of endpoints is not that of the EndpointSlices",
  fine: "controllers' own lists of endpoints are those of the EndpointSlices",
  severity: 'error',
  needs: ['ingressConfigs', 'ingresses', 'services', 'endpointSlices'],
  wants: ['ingressClasses', 'ingressControllers'],
  remedies: [],
  decides: ['ING-13'],

  run({ ingressConfigs, ingresses, services, endpointSlices, ingressClasses, ingressControllers, scope }) {
    if (!ingressConfigs.changed.known)
      return cannotTell(
        ingressConfigs.changed.why.reason,
        `whether endpoints moved meanwhile is not known: ${ingressConfigs.changed.why.detail}`,
      )
    const unread = ingressConfigs.controllers.flatMap(({ namespace, pod, backends, product }) =>
      backends.known || product !== 'ingress-nginx'
        ? []
        : [cannotTell(backends.why.reason, `the list of back ends of ${namespace}/${pod}: ${backends.why.detail}`)],
    )
    const compared = liveEndpoints({
      ingressConfigs,
      ingresses,
      services,
      endpointSlices,
      ingressClasses,
      ingressControllers,
      scope,
    }).filter(
      ({ service, routes }) =>
        isAskedAbout(scope, 'Service', service) ||
        routes.some(({ route }) => isAskedAbout(scope, 'Ingress', route.ingress)),
    )
    const groups = [...Map.groupBy(compared, ({ service, port }) => `${full(service)}:${port}`).values()]
    if (groups.length === 0) return unread.length > 0 ? unread : notApplicable('no back end here could be compared')
    return [...unread, ...groups.map(judge)]
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${args.controller} sends requests for Service ${full(on)} to other addresses ` +
      `than the EndpointSlices have: ${args.what}.`,
    detail: ({ args }) =>
      `${count(args.live, 'address', 'addresses')} in the controller's list · ${args.stale} stale: ready in no ` +
      `EndpointSlice · ${args.absent} missing: ready, and not in it · ${args.behind} of ` +
      count(args.read, 'controller'),
    note: ({ args }) =>
      args.said === ''
        ? 'the controller takes up a change within seconds: it hears nothing of the API server, or could not tell nginx'
        : `the controller says ${told(args.said)}`,
    help: ({ subject: on, args }) => [
      'see whether the controller reaches the API server, then restart it',
      `kubectl -n ${args.home} logs ${args.controller} --since=15m | ` +
        "grep -E 'ailed to (watch|list)|Dynamic reconfiguration'",
      `kubectl -n ${on.namespace} get endpointslices -l kubernetes.io/service-name=${on.name}`,
      `kubectl -n ${args.home} exec ${args.controller} -- curl -s 127.0.0.1:10246/configuration/backends`,
    ],
  },
})

function judge(its: readonly LiveEndpoints[]) {
  const bad = its.filter(({ stale, absent }) => stale.length > 0 || absent.length > 0)
  const [first] = bad
  if (first === undefined) return ok(its.length)
  const { config, service, stale, absent, live } = first
  const signs = config.log.known ? config.log.value.signs : []
  const said = signs.find((it) => it.kind === 'api-unreachable' || it.kind === 'unsynced')?.said ?? ''
  const routes = bad.flatMap((it) => it.routes.map(({ route }) => route))
  return finding({
    subject: subject('Service', service.namespace, service.name),
    confidence: 'observed',
    args: {
      controller: config.pod,
      home: config.namespace,
      what: [
        ...(stale.length === 0 ? [] : [`${some(stale, 2)} ${stale.length === 1 ? 'is' : 'are'} gone`]),
        ...(absent.length === 0 ? [] : [`${some(absent, 2)} ${absent.length === 1 ? 'is' : 'are'} not known to it`]),
      ].join(', and '),
      live: live.length,
      stale: stale.length,
      absent: absent.length,
      behind: bad.length,
      read: its.length,
      said,
    },
    evidence: [
      {
        kind: 'shares',
        label: "addresses in the controller's list that are ready in no EndpointSlice",
        rows: bad.map((it) => ({
          where: it.config.pod,
          bad: it.stale.length,
          of: it.live.length,
          note: `not in it: ${some(it.absent, 3) || 'none'}`,
        })),
      },
      { kind: 'fact', label: 'asked for by', value: some([...new Set(routes.map(routeText))], 4) },
    ],
    symptoms: [backendsNotLive(service)],
    causes: routes.map((it) => ingressBackendFails(it.ingress, it.backend.service)),
  })
}
