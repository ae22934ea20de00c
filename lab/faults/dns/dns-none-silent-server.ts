// Seen: each lookup takes 5 s for each try, and fails; the pod's resolv.conf names one server, and nobody is there.
import { app, deployment, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-none'
const good = app(NAMESPACE)
const args = ['-downstream=http://cart:8080/', '-timeout=3s']
const pod = { dnsPolicy: 'None', dnsConfig: { nameservers: ['198.18.0.88'], searches: [] } }

export default namespaceFault({
  name: 'dns-none-silent-server',
  kind: 'fault',
  breaks: 'web has dnsPolicy None and a public resolver, which no packet reaches',
  symptom: 'web waits for each name, and finds none',
  cause: { code: 'DNS184', subject: `Deployment/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...good, web: deployment(NAMESPACE, 'web', { args, pod }) }),
  repaired: objectsOf(good),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) !== 200 && (await ask(lab, NAMESPACE, 'cart')) === 200,
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
