// Seen: web answers 502 after its timeout: it finds no name, and reaches no address.
import { app, networkPolicy, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-denyout'
const good = app(NAMESPACE)
const policy = networkPolicy(NAMESPACE, 'default-deny-egress', { podSelector: {}, policyTypes: ['Egress'] })

export default namespaceFault({
  name: 'policy-default-deny-egress',
  kind: 'fault',
  breaks: 'a default-deny policy for egress came, and no policy that allows anything',
  symptom: 'nothing in the namespace reaches anything since this morning',
  cause: { code: 'POL401', subject: `NetworkPolicy/${NAMESPACE}/default-deny-egress` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...good, policy }),
  repaired: objectsOf(good),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 502,
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
