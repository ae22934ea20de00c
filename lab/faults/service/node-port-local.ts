// Seen: curl from outside gets 200 at the node of the pod, and a timeout at the two others.
import { app, objectsOf, service } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import type { Lab } from '../../lab.ts'

const NAMESPACE = 'f-nodeport'
const PORT = 30481
const { cart } = app(NAMESPACE)
const one = { ...cart, spec: { ...cart.spec, replicas: 1 } }
const open = (policy: 'Local' | 'Cluster') => {
  const made = service(NAMESPACE, 'cart', { port: 8080, targetPort: 'http', nodePort: PORT })
  return { ...made, spec: { ...made.spec, type: 'NodePort', externalTrafficPolicy: policy } }
}

export default namespaceFault({
  name: 'node-port-local',
  kind: 'fault',
  breaks: 'a NodePort keeps to its node (externalTrafficPolicy Local), and its one pod is on one of three',
  symptom: 'the NodePort answers at one node, and not at the others',
  cause: { code: 'SVC215', subject: `Service/${NAMESPACE}/cart` },
  namespace: NAMESPACE,
  diagnose: ['svc/cart', '-n', NAMESPACE],
  broken: objectsOf({ cart: one, cartService: open('Local') }),
  repaired: objectsOf({ cart: one, cartService: open('Cluster') }),
  inEffect: async (lab) => (await answering(lab)) === 1,
  healthy: async (lab) => (await answering(lab)) === lab.nodes.length,
})

/** Nodes at which the port answers a client outside of the cluster. */
async function answering(lab: Lab): Promise<number> {
  const asked = lab.nodes.map((it) =>
    lab.run('internet', ['curl', '-s', '-o', '/dev/null', '--max-time', '3', `http://${it.ip}:${PORT}/`]),
  )
  return (await Promise.all(asked)).filter((it) => it.code === 0).length
}
