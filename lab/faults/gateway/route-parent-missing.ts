// Seen: no answer for the host: with no route Contour makes no listener. The HTTPRoute has no status at all.
import { app, objectsOf } from '../../breaks/app.ts'
import { askGateway, contourFault, httpRoute } from '../../breaks/contour.ts'

const NAMESPACE = 'g-parent'
const good = { ...app(NAMESPACE), route: httpRoute(NAMESPACE) }

export default contourFault({
  name: 'route-parent-missing',
  kind: 'fault',
  breaks: 'the HTTPRoute names Gateway contour in its own namespace, where none is',
  symptom: '404 from Envoy, and kubectl describe httproute shows no status',
  cause: { code: 'GTW704', subject: `HTTPRoute/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...good, route: httpRoute(NAMESPACE, { gatewayNamespace: NAMESPACE }) }),
  repaired: objectsOf(good),
  inEffect: async (lab) => (await askGateway(lab, NAMESPACE)) !== 200,
  healthy: async (lab) => (await askGateway(lab, NAMESPACE)) === 200,
})
