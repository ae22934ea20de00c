// Seen: 500 from Envoy, as the specification asks; ResolvedRefs is False (BackendNotFound).
import { app, objectsOf } from '../../breaks/app.ts'
import { askGateway, contourFault, httpRoute, routeStatus } from '../../breaks/contour.ts'

const NAMESPACE = 'g-backend'
const good = { ...app(NAMESPACE), route: httpRoute(NAMESPACE) }

export default contourFault({
  name: 'route-backend-missing',
  kind: 'fault',
  breaks: 'the HTTPRoute sends requests to Service wbe, which does not exist',
  symptom: '500 from Envoy for every request',
  cause: { code: 'GTW707', subject: `HTTPRoute/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...good, route: httpRoute(NAMESPACE, { service: 'wbe' }) }),
  repaired: objectsOf(good),
  inEffect: async (lab) =>
    (await askGateway(lab, NAMESPACE)) === 500 && (await routeStatus(lab, NAMESPACE)).includes('ResolvedRefs=False'),
  healthy: async (lab) => (await askGateway(lab, NAMESPACE)) === 200,
})
