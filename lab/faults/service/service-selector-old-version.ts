// Seen: connection refused at once; the pods are version v2 since the rollout, and the Service wants v1.
import { app, objectsOf, service, withPodLabels } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-version'
const parts = app(NAMESPACE)
const cart = withPodLabels(parts.cart, { version: 'v2' })
const cartService = (version: string) =>
  service(NAMESPACE, 'cart', { port: 8080, targetPort: 'http' }, { app: 'cart', version })

export default namespaceFault({
  name: 'service-selector-old-version',
  kind: 'fault',
  breaks: 'the selector of Service cart wants version v1, and the rollout made its pods v2',
  symptom: 'connection refused by cart since the release, and all of its pods are ready',
  cause: { code: 'SVC201', subject: `Service/${NAMESPACE}/cart` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...parts, cart, cartService: cartService('v1') }),
  repaired: objectsOf({ ...parts, cart, cartService: cartService('v2') }),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'cart')) === 'refused',
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
