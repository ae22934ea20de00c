// Seen: web answers 502 after its timeout, connects to cart's Service and to its pods end in silence; cart is ready.
import { app, networkPolicy, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-denyall'
const good = app(NAMESPACE)
const policy = networkPolicy(NAMESPACE, 'deny-all-cart', {
  podSelector: { matchLabels: { app: 'cart' } },
  policyTypes: ['Ingress', 'Egress'],
})

export default namespaceFault({
  name: 'policy-denies-all',
  kind: 'fault',
  breaks: 'a policy without any rule stands before cart, and behind it',
  symptom: 'web waits for cart in vain; each pod of cart is ready',
  cause: { code: 'POL420', subject: `NetworkPolicy/${NAMESPACE}/deny-all-cart` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...good, policy }),
  repaired: objectsOf(good),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 502,
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
