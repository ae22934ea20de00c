// Seen: curl to the cluster address is refused at once; the EndpointSlice has no endpoint.
import { app, objectsOf, service } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-selector'
const good = app(NAMESPACE)
const broken = { ...good, cartService: service(NAMESPACE, 'cart', { port: 8080, targetPort: 'http' }, { app: 'crat' }) }

export default namespaceFault({
  name: 'service-selector-typo',
  kind: 'fault',
  breaks: 'the selector of Service cart has a typo, so that it selects no pod',
  symptom: 'connection refused by cart, whose pods all run and are ready',
  cause: { code: 'SVC201', subject: `Service/${NAMESPACE}/cart` },
  namespace: NAMESPACE,
  broken: objectsOf(broken),
  repaired: objectsOf(good),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'cart')) === 'refused',
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
