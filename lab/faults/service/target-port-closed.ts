// Seen: curl to the cluster address is refused at once, by the pod itself; two endpoints are listed, ready, at port
// 9999.
import { app, objectsOf, service } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-port'
const good = app(NAMESPACE)
const broken = { ...good, cartService: service(NAMESPACE, 'cart', { port: 8080, targetPort: 9999 }) }

export default namespaceFault({
  name: 'target-port-closed',
  kind: 'fault',
  breaks: 'Service cart sends to port 9999, and its pods listen on 8080',
  symptom: 'connection refused by cart, although it has endpoints',
  cause: { code: 'SVC202', subject: `Service/${NAMESPACE}/cart` },
  namespace: NAMESPACE,
  broken: objectsOf(broken),
  repaired: objectsOf(good),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'cart')) === 'refused',
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
