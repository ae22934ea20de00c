// Seen: web answers 502; a wget in the same pod without the variable gets 200 from cart.
import { app, deployment, objectsOf, service, withContainer } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-by-proxy'
const good = {
  ...app(NAMESPACE),
  cartService: service(NAMESPACE, 'cart', { port: 80, targetPort: 8080 }),
  web: deployment(NAMESPACE, 'web', { args: ['-downstream=http://cart:80/', '-timeout=3s'] }),
}
const broken = {
  ...good,
  web: withContainer(good.web, {
    env: [
      { name: 'HTTP_PROXY', value: 'http://proxy.corp.example:3128' },
      { name: 'NO_PROXY', value: 'localhost,127.0.0.1,.svc,.cluster.local' },
    ],
  }),
}

export default namespaceFault({
  name: 'calls-by-proxy',
  kind: 'fault',
  breaks: 'web asks a proxy for cart: its NO_PROXY has `.svc`, and the name that it calls is short',
  symptom: 'web answers 502, and cart is well',
  cause: { code: 'SVC237', subject: `Deployment/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf(broken),
  repaired: objectsOf(good),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 502 && (await ask(lab, NAMESPACE, 'cart')) === 200,
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
