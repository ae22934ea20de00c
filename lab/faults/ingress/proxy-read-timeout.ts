// Seen: 504 after 1 s (and after two tries more); the application itself says 200 after 4 s.
import { hostOf, ingress, objectsOf, service } from '../../breaks/app.ts'
import { webServer } from '../../breaks/http-app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { askIngress } from '../../breaks/request.ts'

const NAMESPACE = 'f-readtime'
const plain = ingress(NAMESPACE)
const annotations = { 'nginx.ingress.kubernetes.io/proxy-read-timeout': '1' }
const hasty = { ...plain, metadata: { name: 'web', namespace: NAMESPACE, annotations } }
const parts = {
  web: webServer(NAMESPACE, 'web', 'setTimeout(() => response.end("at last"), 4000)'),
  webService: service(NAMESPACE, 'web', { port: 80, targetPort: 8080 }),
}

export default namespaceFault({
  name: 'proxy-read-timeout',
  kind: 'fault',
  breaks: 'the Ingress waits 1 s for an answer that takes 4',
  symptom: `504 from http://${hostOf(NAMESPACE)}/, and none inside of the cluster`,
  cause: { code: 'ING305', subject: `Ingress/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...parts, ingress: hasty }),
  repaired: objectsOf({ ...parts, ingress: plain }),
  inEffect: async (lab) => (await askIngress(lab, NAMESPACE)) === 504,
  healthy: async (lab) => (await askIngress(lab, NAMESPACE)) === 200,
})
