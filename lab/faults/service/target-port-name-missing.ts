// Seen: curl to the cluster address is refused at once; the EndpointSlice lists both pods as ready, and no port at all.
import { app, objectsOf, service } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-portname'
const good = app(NAMESPACE)
const broken = { ...good, cartService: service(NAMESPACE, 'cart', { port: 8080, targetPort: 'web' }) }

export default namespaceFault({
  name: 'target-port-name-missing',
  kind: 'fault',
  breaks: 'Service cart sends to a port named web, and its pods name theirs http',
  symptom: 'connection refused by cart, whose selector matches ready pods',
  cause: { code: 'SVC203', subject: `Service/${NAMESPACE}/cart` },
  namespace: NAMESPACE,
  broken: objectsOf(broken),
  repaired: objectsOf(good),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'cart')) === 'refused',
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
