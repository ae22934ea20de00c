import type { Trouble } from '../../findings/trouble.ts'
import type { Model } from '../../model/sources.ts'
import { subject } from '../../model/subject.ts'
import { culpritOf, isRefusing } from '../ingress/controller-state.ts'
import { isDifferent, liveRoutes } from '../ingress/live-config.ts'
import { failedConnects, type FailedConnects } from '../ingress/failed-connects.ts'
import { liveEndpoints } from '../ingress/live-endpoints.ts'
import { routeText } from '../ingress/ingress-routes-to-service.ts'
import {
  backendsNotLive,
  controllerKeptFrom,
  ingressNotLive,
  reloadRefused,
  stoppedOnTheWay,
  svcUnanswered,
} from '../symptom.ts'

/** What a controller runs otherwise than the objects say: whoever changed them believes it done. */
export function liveTroubles(model: Model): readonly Trouble[] {
  const { ingressConfigs, ingresses, ingressClasses, ingressControllers, services, endpointSlices, namespaces } =
    model.sources
  if (!ingressConfigs.known || model.scope.target.kind === 'dns') return []
  const refused = ingressConfigs.value.controllers.filter(isRefusing).map((config): Trouble => ({
    ...always,
    sufferer: subject('Pod', config.namespace, config.pod),
    keys: [reloadRefused({ namespace: config.namespace, name: config.pod })],
    asked: 'its last configuration',
    from: 'in the pod',
    how: 'nginx refused to load it',
    bad: 1,
    of: 1,
    // Nobody suffers once the Ingress that it came of is gone: what waits all the same is told by itself.
    ...(culpritOf(config, { ingresses, namespaces, scope: model.scope }) === 'gone' ? { weight: 'sign' } : {}),
  }))
  if (!ingresses.known) return refused
  const seen = {
    ingressConfigs: ingressConfigs.value,
    ingresses: ingresses.value,
    ingressClasses,
    ingressControllers,
    scope: model.scope,
  }
  const byIngress = Map.groupBy(liveRoutes(seen), ({ route }) => route.ingress)
  const routes = [...byIngress].flatMap(([ingress, all]): readonly Trouble[] => {
    const bad = all.filter((it) => isDifferent(it) || it.state.kind === 'denied')
    const [first] = bad
    if (first === undefined) return []
    return [
      {
        ...always,
        sufferer: subject('Ingress', ingress.namespace, ingress.name),
        keys: [ingressNotLive(ingress)],
        asked: routeText(first.route),
        from: `in nginx.conf of ${first.config.pod}`,
        how: first.state.kind === 'denied' ? 'denied by the controller' : 'not as declared',
        bad: bad.length,
        of: all.length,
      },
    ]
  })
  if (!services.known || !endpointSlices.known) return [...refused, ...routes]
  const kept = failedConnects(ingressConfigs.value, endpointSlices.value).map(outOfReach)
  const lists = liveEndpoints({ ...seen, services: services.value, endpointSlices: endpointSlices.value })
    .filter(({ stale, absent }) => stale.length > 0 || absent.length > 0)
    .map(({ service, config, live, stale, absent }): Trouble => ({
      ...always,
      sufferer: subject('Service', service.namespace, service.name),
      keys: [backendsNotLive(service)],
      asked: "the controller's list of endpoints",
      from: `in ${config.pod}`,
      how: `${stale.length} of ${live.length} are ready in no EndpointSlice, ${absent.length} ready ones are not in it`,
      bad: stale.length + absent.length,
      of: Math.max(1, live.length + absent.length),
    }))
  return [...refused, ...routes, ...lists, ...kept]
}

/** A good answer of another endpoint comes after the controller's timeout: users wait. */
function outOfReach({ config, service, pod, ip, port, times, hosts }: FailedConnects): Trouble {
  return {
    kind: 'contact-failed',
    source: 'ingressConfigs',
    sufferer: subject('Service', service.namespace, service.name),
    involved: [
      subject('Pod', config.namespace, config.pod),
      ...(pod === null ? [] : [subject('Pod', service.namespace, pod)]),
    ],
    keys: [
      svcUnanswered(service),
      controllerKeptFrom(service),
      ...(pod === null ? [] : [stoppedOnTheWay({ ...service, name: pod })]),
    ],
    asked: `${ip}:${port}, for ${hosts.join(', ')}`,
    from: `inside controller ${config.namespace}/${config.pod}`,
    how: 'timed out while connecting',
    bad: times,
    of: times,
    ms: null,
    weight: 'outage',
  }
}

const always = {
  kind: 'not-as-declared',
  source: 'ingressConfigs',
  involved: [],
  ms: null,
  weight: 'nuisance',
} as const
