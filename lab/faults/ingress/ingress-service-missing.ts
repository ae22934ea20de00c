// Seen: 503 through the controller with the Host header; 200 once repaired.
import { app, ingress, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { askIngress } from '../../breaks/request.ts'

const NAMESPACE = 'f-ingsvc'
const good = { ...app(NAMESPACE), ingress: ingress(NAMESPACE) }
const broken = { ...good, ingress: ingress(NAMESPACE, { service: 'web-v2' }) }

export default namespaceFault({
  name: 'ingress-service-missing',
  kind: 'fault',
  breaks: 'the Ingress sends to Service web-v2, which does not exist',
  symptom: '503 Service Temporarily Unavailable from nginx; inside the cluster everything works',
  cause: { code: 'ING301', subject: `Ingress/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf(broken),
  repaired: objectsOf(good),
  inEffect: async (lab) => (await askIngress(lab, NAMESPACE)) === 503,
  healthy: async (lab) => (await askIngress(lab, NAMESPACE)) === 200,
})
