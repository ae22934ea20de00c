// Seen: both pods Pending, FailedScheduling: node(s) didn't match Pod's node affinity/selector.
import { app, deployment, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-nofit'
const good = app(NAMESPACE)
const pod = { nodeSelector: { disk: 'ssd' } }

export default namespaceFault({
  name: 'pods-fit-no-node',
  kind: 'fault',
  breaks: 'the nodeSelector of cart asks for a label that no node has',
  symptom: 'connection refused by cart, whose pods are Pending',
  cause: { code: 'NOD565', subject: `Deployment/${NAMESPACE}/cart` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...good, cart: deployment(NAMESPACE, 'cart', { replicas: 2, pod }) }),
  repaired: objectsOf(good),
  unready: ['cart'],
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'cart')) === 'refused',
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
