// Seen: clients on worker-3 get no answer, all others do; the policy leaves the range of that node's pods out.
import { app, networkPolicy, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'
import type { Fault } from '../fault.ts'

const NAMESPACE = 'f-address'
const good = app(NAMESPACE)
const policy = networkPolicy(NAMESPACE, 'cart-in', {
  podSelector: { matchLabels: { app: 'cart' } },
  policyTypes: ['Ingress'],
  ingress: [{ from: [{ ipBlock: { cidr: '198.18.0.0/16', except: ['198.18.103.0/24'] } }] }],
})

const fault = namespaceFault({
  name: 'policy-by-pod-address',
  kind: 'fault',
  breaks: "an ipBlock of the policy before cart leaves the range of one node's pods out",
  symptom: 'cart answers clients on two nodes, and none on the third',
  cause: { code: 'POL405', subject: `NetworkPolicy/${NAMESPACE}/cart-in` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...good, policy }),
  repaired: objectsOf(good),
  inEffect: async (lab) =>
    (await lab.kubectl(['-n', NAMESPACE, 'get', 'networkpolicy', 'cart-in', '-o', 'name'])) !== '',
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})

// What differs between nodes is seen from all of them.
export default { ...fault, reach: { kind: 'cluster' } } satisfies Fault
