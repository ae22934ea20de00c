// Seen: both pods 0/1 Running; curl to a pod's own port 8080 says 200.
import { app, objectsOf, withContainer } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-readyport'
const good = app(NAMESPACE)
const probe = { httpGet: { path: '/ready', port: 8081 }, periodSeconds: 1 }

export default namespaceFault({
  name: 'readiness-wrong-port',
  kind: 'fault',
  breaks: 'the readiness probe of cart asks port 8081, where nobody listens',
  symptom: 'connection refused by cart, whose pods run and answer on their own port',
  cause: { code: 'SVC205', subject: `Service/${NAMESPACE}/cart` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...good, cart: withContainer(good.cart, { readinessProbe: probe }) }),
  repaired: objectsOf(good),
  unready: ['cart'],
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'cart')) === 'refused',
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
