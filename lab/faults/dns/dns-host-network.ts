// Seen: web answers 502, `lookup cart: no such host`; in its pod resolv.conf is the node's.
import { app, deployment, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-hostnetwork'
const good = app(NAMESPACE)
const args = ['-downstream=http://cart:8080/', '-timeout=3s']
const onHost = (dnsPolicy: string): ReturnType<typeof deployment> =>
  deployment(NAMESPACE, 'web', { args, pod: { hostNetwork: true, dnsPolicy } })

export default namespaceFault({
  name: 'dns-host-network',
  kind: 'fault',
  breaks: "web runs on its node's network with dnsPolicy ClusterFirst, which there means the node's own servers",
  symptom: 'web says that there is no such host as cart, since it was moved to the host network',
  cause: { code: 'DNS218', subject: `Deployment/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...good, web: onHost('ClusterFirst') }),
  repaired: objectsOf({ ...good, web: onHost('ClusterFirstWithHostNet') }),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) !== 200 && (await ask(lab, NAMESPACE, 'cart')) === 200,
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
