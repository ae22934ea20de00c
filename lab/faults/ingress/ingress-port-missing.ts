// Seen: 503 through the controller with the Host header; 200 once repaired.
import { app, ingress, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { askIngress } from '../../breaks/request.ts'

const NAMESPACE = 'f-ingport'
const good = { ...app(NAMESPACE), ingress: ingress(NAMESPACE) }
const broken = { ...good, ingress: ingress(NAMESPACE, { port: 8081 }) }

export default namespaceFault({
  name: 'ingress-port-missing',
  kind: 'fault',
  breaks: 'the Ingress sends to port 8081 of Service web, which has only port 80',
  symptom: '503 Service Temporarily Unavailable from nginx; inside the cluster everything works',
  cause: { code: 'ING302', subject: `Ingress/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf(broken),
  repaired: objectsOf(good),
  inEffect: async (lab) => (await askIngress(lab, NAMESPACE)) === 503,
  healthy: async (lab) => (await askIngress(lab, NAMESPACE)) === 200,
})
