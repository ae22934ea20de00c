// Seen: 404 through the controller with the Host header; 200 once repaired.
import { app, ingress, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { askIngress } from '../../breaks/request.ts'

const NAMESPACE = 'f-ingclass'
const good = { ...app(NAMESPACE), ingress: ingress(NAMESPACE) }
const broken = { ...good, ingress: ingress(NAMESPACE, { className: 'internal' }) }

export default namespaceFault({
  name: 'ingress-class-unserved',
  kind: 'fault',
  breaks: 'the Ingress has the class internal, which no controller serves',
  symptom: '404 Not Found from nginx, and the Ingress never gets an address',
  cause: { code: 'ING303', subject: `Ingress/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf(broken),
  repaired: objectsOf(good),
  inEffect: async (lab) => (await askIngress(lab, NAMESPACE)) === 404,
  healthy: async (lab) => (await askIngress(lab, NAMESPACE)) === 200,
})
