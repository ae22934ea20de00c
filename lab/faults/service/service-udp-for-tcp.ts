// Seen: refused at once, since no rule takes TCP to this address; the slice lists ready endpoints.
import { app, objectsOf, service } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-udp'
const good = app(NAMESPACE)
const ports = { port: 8080, targetPort: 8080, protocol: 'UDP' }

export default namespaceFault({
  name: 'service-udp-for-tcp',
  kind: 'fault',
  breaks: 'Service cart forwards UDP, and its pods declare and serve TCP',
  symptom: 'no connection to cart, although its endpoints are ready',
  cause: { code: 'SVC202', subject: `Service/${NAMESPACE}/cart` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...good, cartService: service(NAMESPACE, 'cart', ports) }),
  repaired: objectsOf(good),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'cart')) !== 200,
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
