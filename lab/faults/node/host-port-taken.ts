// Seen: three pods run, the fourth is Pending: node(s) didn't have free ports for the requested pod ports.
import { app, deployment, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-hostport'
const good = app(NAMESPACE)
const ports = [{ name: 'http', containerPort: 8080, hostPort: 18080 }]

export default namespaceFault({
  name: 'host-port-taken',
  kind: 'fault',
  breaks: 'cart wants a port of its node, and there are more replicas than nodes',
  symptom: 'a rollout of cart that never ends: one pod is Pending',
  cause: { code: 'NOD577', subject: `Deployment/${NAMESPACE}/cart` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...good, cart: deployment(NAMESPACE, 'cart', { replicas: 4, ports }) }),
  repaired: objectsOf(good),
  unready: ['cart'],
  async inEffect(lab) {
    const get = ['-n', NAMESPACE, 'get', 'pods', '-l', 'app=cart', '-o']
    const phases = (await lab.kubectl([...get, 'jsonpath={.items[*].status.phase}'])).split(' ').toSorted()
    return phases.join(' ') === 'Pending Running Running Running'
  },
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
