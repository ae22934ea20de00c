// Seen: both pods ErrImageNeverPull.
import { app, objectsOf, withContainer } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-image'
const good = app(NAMESPACE)
// Never, since no node of the lab finds a registry, which is a fault of its own (DNS176).
const missing = { image: 'docker.io/lab/shop:1.2-rc', imagePullPolicy: 'Never' }

export default namespaceFault({
  name: 'image-missing',
  kind: 'fault',
  breaks: 'the image of cart has a tag that nobody pushed',
  symptom: 'connection refused by cart since the last release',
  cause: { code: 'SVC205', subject: `Service/${NAMESPACE}/cart` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...good, cart: withContainer(good.cart, missing) }),
  repaired: objectsOf(good),
  unready: ['cart'],
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'cart')) === 'refused',
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
