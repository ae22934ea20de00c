// Seen: web answers 502, `lookup cart: no such host`; its resolv.conf is the node's.
import { app, deployment, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-default'
const good = app(NAMESPACE)
const args = ['-downstream=http://cart:8080/', '-timeout=3s']

export default namespaceFault({
  name: 'dns-policy-default',
  kind: 'fault',
  breaks: 'web has dnsPolicy Default, so it asks the servers of its node, which know no name of the cluster',
  symptom: 'web says that there is no such host as cart',
  cause: { code: 'DNS117', subject: `Deployment/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...good, web: deployment(NAMESPACE, 'web', { args, pod: { dnsPolicy: 'Default' } }) }),
  repaired: objectsOf(good),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) !== 200 && (await ask(lab, NAMESPACE, 'cart')) === 200,
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
