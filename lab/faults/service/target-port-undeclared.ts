// Seen: curl to the cluster address is refused at once, by the pod itself; two endpoints are listed, ready, at port
// 8088.
import { app, deployment, objectsOf, service } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-undeclared'
const cart = deployment(NAMESPACE, 'cart', { replicas: 2, ports: [] })
const good = { ...app(NAMESPACE), cart, cartService: service(NAMESPACE, 'cart', { port: 8080, targetPort: 8080 }) }
const broken = { ...good, cartService: service(NAMESPACE, 'cart', { port: 8080, targetPort: 8088 }) }

export default namespaceFault({
  name: 'target-port-undeclared',
  kind: 'fault',
  breaks: 'Service cart sends to 8088 instead of 8080, and its pods declare no ports to compare with',
  symptom: 'connection refused by cart, although nothing in its YAML contradicts itself',
  cause: { code: 'SVC202', subject: `Service/${NAMESPACE}/cart` },
  namespace: NAMESPACE,
  broken: objectsOf(broken),
  repaired: objectsOf(good),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'cart')) === 'refused',
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
