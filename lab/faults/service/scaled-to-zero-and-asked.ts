// Seen: connection refused at once; the Deployment wants no pod.
import { app, deployment, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-zeroasked'
const good = app(NAMESPACE)

export default namespaceFault({
  name: 'scaled-to-zero-and-asked',
  kind: 'fault',
  breaks: 'Deployment cart is scaled to 0, and somebody asks why its Service refuses',
  symptom: 'connection refused by cart',
  cause: { code: 'SVC204', subject: `Service/${NAMESPACE}/cart` },
  namespace: NAMESPACE,
  diagnose: ['svc/cart', '-n', NAMESPACE],
  broken: objectsOf({ ...good, cart: deployment(NAMESPACE, 'cart', { replicas: 0 }) }),
  repaired: objectsOf(good),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'cart')) === 'refused',
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
