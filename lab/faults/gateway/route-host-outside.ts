// Seen: Accepted is False (NoMatchingListenerHostname), 404 from Envoy.
import { app, objectsOf } from '../../breaks/app.ts'
import { askGateway, contourFault, httpRoute, routeStatus } from '../../breaks/contour.ts'

const NAMESPACE = 'g-host'
const good = { ...app(NAMESPACE), route: httpRoute(NAMESPACE) }

export default contourFault({
  name: 'route-host-outside',
  kind: 'fault',
  breaks: 'the listener is for *.example.com, and the HTTPRoute for example.com itself',
  symptom: '404 from Envoy',
  cause: { code: 'GTW706', subject: `HTTPRoute/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...good, route: httpRoute(NAMESPACE, { hostname: 'example.com' }) }),
  repaired: objectsOf(good),
  inEffect: async (lab) => (await routeStatus(lab, NAMESPACE)).includes('Accepted=False'),
  healthy: async (lab) => (await askGateway(lab, NAMESPACE)) === 200,
})
