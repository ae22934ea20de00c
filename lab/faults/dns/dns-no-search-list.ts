// Seen: web answers 502, `lookup cart: no such host`; cart.f-nosearch.svc.cluster.local is found in the same pod.
import { app, deployment, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'
import { CLUSTER_DNS } from '../../plan.ts'

const NAMESPACE = 'f-nosearch'
const good = app(NAMESPACE)
const args = ['-downstream=http://cart:8080/', '-timeout=3s']
const pod = { dnsPolicy: 'None', dnsConfig: { nameservers: [CLUSTER_DNS] } }

export default namespaceFault({
  name: 'dns-no-search-list',
  kind: 'fault',
  breaks: "web has dnsPolicy None with the cluster's server and no search list",
  symptom: 'web says that there is no such host as cart, and the full name works',
  cause: { code: 'DNS206', subject: `Deployment/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...good, web: deployment(NAMESPACE, 'web', { args, pod }) }),
  repaired: objectsOf(good),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) !== 200 && (await ask(lab, NAMESPACE, 'cart')) === 200,
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
