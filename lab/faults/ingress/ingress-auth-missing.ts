// Seen: 500 to every request through the Ingress; the application answers 200 inside the cluster.
import { hostOf, ingress, objectsOf, service } from '../../breaks/app.ts'
import { webServer } from '../../breaks/http-app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask, askIngress } from '../../breaks/request.ts'

const NAMESPACE = 'f-auth'
const url = `http://auth.${NAMESPACE}.svc.cluster.local:8080/check`
const plain = ingress(NAMESPACE)
const asking = {
  ...plain,
  metadata: { ...plain.metadata, annotations: { 'nginx.ingress.kubernetes.io/auth-url': url } },
}
const parts = {
  web: webServer(NAMESPACE, 'web', 'response.end("hello")'),
  webService: service(NAMESPACE, 'web', { port: 80, targetPort: 8080 }),
}

export default namespaceFault({
  name: 'ingress-auth-missing',
  kind: 'fault',
  breaks: 'auth-url of an Ingress names a Service that does not exist',
  symptom: 'every page is a 500, and the application says nothing of it',
  cause: { code: 'ING314', subject: `Ingress/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  diagnose: [`http://${hostOf(NAMESPACE)}/`],
  broken: objectsOf({ ...parts, ingress: asking }),
  repaired: objectsOf({ ...parts, ingress: plain }),
  inEffect: async (lab) => (await askIngress(lab, NAMESPACE)) === 500 && (await ask(lab, NAMESPACE, 'web')) === 200,
  healthy: async (lab) => (await askIngress(lab, NAMESPACE)) === 200,
})
