// Seen: curl -v https://… shows "Kubernetes Ingress Controller Fake Certificate".
import { app, hostOf, ingress, objectsOf } from '../../breaks/app.ts'
import type { Lab } from '../../lab.ts'
import { knowsWeb } from '../../breaks/ingress-controller.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { askIngress } from '../../breaks/request.ts'

const NAMESPACE = 'f-tls'
const parts = app(NAMESPACE)
const plain = ingress(NAMESPACE)
const tls = [{ hosts: [hostOf(NAMESPACE)], secretName: 'web-tls' }]
const withTls = { ...plain, spec: { ...plain.spec, tls } }

export default namespaceFault({
  name: 'tls-secret-missing',
  kind: 'fault',
  breaks: 'the Ingress names a Secret for TLS that does not exist',
  symptom: 'browsers warn of a certificate for "ingress.local"',
  cause: { code: 'ING306', subject: `Ingress/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...parts, ingress: withTls }),
  repaired: objectsOf({ ...parts, ingress: plain }),
  inEffect: async (lab: Lab) => (await askIngress(lab, NAMESPACE)) === 308 && (await knowsWeb(lab, NAMESPACE)),
  healthy: async (lab: Lab) => (await askIngress(lab, NAMESPACE)) === 200,
})
