// Seen: both pods 0/1 Running without a restart; curl to the cluster address is refused at once.
import { app, deployment, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-notready'
const good = app(NAMESPACE)
const broken = { ...good, cart: deployment(NAMESPACE, 'cart', { replicas: 2, args: ['-ready=false'] }) }

export default namespaceFault({
  name: 'pods-not-ready',
  kind: 'fault',
  breaks: 'every pod of cart fails its readiness probe, so that the Service has nobody to send to',
  symptom: 'connection refused by cart, whose pods run without a restart',
  cause: { code: 'SVC205', subject: `Service/${NAMESPACE}/cart` },
  namespace: NAMESPACE,
  broken: objectsOf(broken),
  repaired: objectsOf(good),
  unready: ['cart'],
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'cart')) === 'refused',
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
