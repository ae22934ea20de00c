// Seen: 503 by nginx, at once; the pods are ready and asked for nothing.
import { app, hostOf, ingress, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask, askIngress } from '../../breaks/request.ts'

const NAMESPACE = 'f-denied'
const plain = ingress(NAMESPACE)
const annotations = {
  'nginx.ingress.kubernetes.io/auth-type': 'basic',
  'nginx.ingress.kubernetes.io/auth-secret': 'web-users',
}
const denied = { ...plain, metadata: { name: 'web', namespace: NAMESPACE, annotations } }

export default namespaceFault({
  name: 'ingress-annotation-denied',
  kind: 'fault',
  breaks: 'an annotation of an Ingress names a Secret of users that is not there: the controller denies its paths',
  symptom: `503 from http://${hostOf(NAMESPACE)}/; the Service answers`,
  cause: { code: 'ING325', subject: `Ingress/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...app(NAMESPACE), ingress: denied }),
  repaired: objectsOf({ ...app(NAMESPACE), ingress: plain }),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200 && (await askIngress(lab, NAMESPACE)) === 503,
  healthy: async (lab) => (await askIngress(lab, NAMESPACE)) === 200,
})
