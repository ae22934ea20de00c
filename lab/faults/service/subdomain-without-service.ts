// Seen: cart-a.carts is no name; cart-a runs and is ready, and its host name and subdomain are as it is called.
import { app, deployment, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-subdomain'
const parts = app(NAMESPACE)
const carts = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'carts', namespace: NAMESPACE },
  spec: { clusterIP: 'None', selector: { app: 'cart' }, ports: [{ name: 'http', port: 8080 }] },
}
const good = {
  ...parts,
  web: deployment(NAMESPACE, 'web', { args: ['-downstream=http://cart-a.carts:8080/', '-timeout=3s'] }),
  cart: deployment(NAMESPACE, 'cart', { pod: { hostname: 'cart-a', subdomain: 'carts' } }),
}

export default namespaceFault({
  name: 'subdomain-without-service',
  kind: 'fault',
  breaks: 'the pods of cart have a host name and a subdomain, and no Service has the name of the subdomain',
  symptom: 'web finds no cart-a.carts, whose pod is there',
  cause: { code: 'SVC239', subject: `Deployment/${NAMESPACE}/cart` },
  namespace: NAMESPACE,
  broken: objectsOf(good),
  repaired: objectsOf({ ...good, carts }),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) !== 200 && (await ask(lab, NAMESPACE, 'cart')) === 200,
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
