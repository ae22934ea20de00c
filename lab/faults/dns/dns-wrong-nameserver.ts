// Seen: web answers 502 after its timeout; the upstream says NXDOMAIN to every name of the cluster.
import { UPSTREAM_DNS } from '../../plan.ts'
import { app, deployment, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-nameserver'
const good = app(NAMESPACE)
const args = ['-downstream=http://cart:8080/', '-timeout=3s']
const searches = [`${NAMESPACE}.svc.cluster.local`, 'svc.cluster.local', 'cluster.local']
const broken = {
  ...good,
  web: deployment(NAMESPACE, 'web', {
    args,
    pod: {
      dnsPolicy: 'None',
      dnsConfig: { nameservers: [UPSTREAM_DNS.ip], searches, options: [{ name: 'ndots', value: '5' }] },
    },
  }),
}

export default namespaceFault({
  name: 'dns-wrong-nameserver',
  kind: 'fault',
  breaks: "web has dnsPolicy None and asks the company's resolver, which knows no name of the cluster",
  symptom: 'web says that there is no such host as cart',
  cause: { code: 'DNS117', subject: `Deployment/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf(broken),
  repaired: objectsOf(good),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) !== 200 && (await ask(lab, NAMESPACE, 'cart')) === 200,
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
