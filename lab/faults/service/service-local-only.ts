// Seen: from a node without a pod of cart the connection is dropped; from the others it is 200.
import { app, deployment, objectsOf, service } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'
import type { Fault } from '../fault.ts'

const NAMESPACE = 'f-local'
const parts = app(NAMESPACE)
// One pod, away from the node that `ask` asks from.
const cart = deployment(NAMESPACE, 'cart', { pod: { nodeName: 'worker-3' } })
const good = { ...parts, cart }
const local = service(NAMESPACE, 'cart', { port: 8080, targetPort: 'http' })
const broken = { ...good, cartService: { ...local, spec: { ...local.spec, internalTrafficPolicy: 'Local' } } }

const fault = namespaceFault({
  name: 'service-local-only',
  kind: 'fault',
  breaks: 'internalTrafficPolicy Local: pods of nodes without a cart reach none',
  symptom: 'cart answers on one node and times out on the others',
  cause: { code: 'SVC213', subject: `Service/${NAMESPACE}/cart` },
  namespace: NAMESPACE,
  broken: objectsOf(broken),
  repaired: objectsOf(good),
  inEffect: async (lab) => ['timeout', 'refused'].includes(String(await ask(lab, NAMESPACE, 'cart'))),
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'cart')) === 200,
})

/** It differs between nodes, and those of a namespace alone are asked from one. */
export default { ...fault, reach: { kind: 'cluster' } } satisfies Fault
