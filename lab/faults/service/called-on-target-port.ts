// Seen: web answers 502, each connect to cart's Service on 9090 ends in a timeout or a refusal; cart itself is well.
import { app, deployment, objectsOf, service } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-called'
const parts = app(NAMESPACE)
const good = {
  ...parts,
  cartService: service(NAMESPACE, 'cart', { port: 80, targetPort: 8080 }),
  web: deployment(NAMESPACE, 'web', { args: [`-downstream=http://cart.${NAMESPACE}:80/`, '-timeout=3s'] }),
}
const broken = {
  ...good,
  web: deployment(NAMESPACE, 'web', { args: [`-downstream=http://cart.${NAMESPACE}:8080/`, '-timeout=3s'] }),
}

export default namespaceFault({
  name: 'called-on-target-port',
  kind: 'fault',
  breaks: "web calls cart's Service on the port that cart's pods listen on",
  symptom: 'web answers 502, and cart is well',
  cause: { code: 'SVC217', subject: `Deployment/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf(broken),
  repaired: objectsOf(good),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 502 && (await ask(lab, NAMESPACE, 'cart')) === 200,
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
