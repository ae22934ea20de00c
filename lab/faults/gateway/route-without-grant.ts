// Seen: 500 from Envoy; ResolvedRefs is False (RefNotPermitted).
import { app, objectsOf } from '../../breaks/app.ts'
import { askGateway, contourFault, httpRoute, routeStatus } from '../../breaks/contour.ts'

const NAMESPACE = 'g-grant'
const good = { ...app(NAMESPACE), route: httpRoute(NAMESPACE) }

export default contourFault({
  name: 'route-without-grant',
  kind: 'fault',
  breaks: 'the HTTPRoute sends requests to Service shop/web, and namespace shop has no ReferenceGrant',
  symptom: '500 from Envoy for every request, though the Service answers',
  cause: { code: 'GTW708', subject: `HTTPRoute/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  diagnose: ['-A'],
  broken: objectsOf({ ...good, route: httpRoute(NAMESPACE, { namespace: 'shop' }) }),
  repaired: objectsOf(good),
  inEffect: async (lab) =>
    (await askGateway(lab, NAMESPACE)) === 500 && (await routeStatus(lab, NAMESPACE)).includes('ResolvedRefs=False'),
  healthy: async (lab) => (await askGateway(lab, NAMESPACE)) === 200,
})
