// Seen: 500 from Envoy; Contour says Accepted and ResolvedRefs of the route.
import { app, objectsOf } from '../../breaks/app.ts'
import { askGateway, contourFault, httpRoute } from '../../breaks/contour.ts'

const NAMESPACE = 'g-weights'
const good = { ...app(NAMESPACE), route: httpRoute(NAMESPACE) }

export default contourFault({
  name: 'route-weights-zero',
  kind: 'fault',
  breaks: 'the one backend of the HTTPRoute weighs 0',
  symptom: 'errors from Envoy for every request, and a status without a complaint',
  cause: { code: 'GTW709', subject: `HTTPRoute/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...good, route: httpRoute(NAMESPACE, { weight: 0 }) }),
  repaired: objectsOf(good),
  inEffect: async (lab) => [500, 503].includes(Number(await askGateway(lab, NAMESPACE))),
  healthy: async (lab) => (await askGateway(lab, NAMESPACE)) === 200,
})
