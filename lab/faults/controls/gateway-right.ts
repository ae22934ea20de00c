// Seen: 200 through Envoy; the route is accepted, its Gateway programmed, and the class waits, as Contour leaves it.
import { app, objectsOf } from '../../breaks/app.ts'
import { askGateway, contourFault, httpRoute } from '../../breaks/contour.ts'

const NAMESPACE = 'g-right'

export default contourFault({
  name: 'gateway-right',
  kind: 'control',
  breaks: 'nothing: a Gateway of a class that its controller never wrote a status into',
  symptom: 'a GatewayClass that waits for a controller',
  cause: null,
  namespace: NAMESPACE,
  diagnose: ['-A'],
  broken: objectsOf({ ...app(NAMESPACE), route: httpRoute(NAMESPACE) }),
  inEffect: async (lab) => (await askGateway(lab, NAMESPACE)) === 200,
})
