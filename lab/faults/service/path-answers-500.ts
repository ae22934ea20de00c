// Seen: 200 for /, 500 for /checkout/pay, inside and outside.
import { hostOf, ingress, objectsOf, service } from '../../breaks/app.ts'
import { webServer } from '../../breaks/http-app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask, askIngress } from '../../breaks/request.ts'

const NAMESPACE = 'f-path500'
const bad = 'response.statusCode = request.url.startsWith("/checkout") ? 500 : 200; response.end("said")'
const parts = {
  webService: service(NAMESPACE, 'web', { port: 80, targetPort: 8080 }),
  ingress: ingress(NAMESPACE),
}

export default namespaceFault({
  name: 'path-answers-500',
  kind: 'fault',
  breaks: 'the application answers 500 to one path, and 200 to all others',
  symptom: 'nobody can pay; the shop itself is fine',
  cause: { code: 'SVC208', subject: `Service/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  diagnose: [`http://${hostOf(NAMESPACE)}/checkout/pay`],
  broken: objectsOf({ ...parts, web: webServer(NAMESPACE, 'web', bad) }),
  repaired: objectsOf({ ...parts, web: webServer(NAMESPACE, 'web', 'response.end("said")') }),
  inEffect: async (lab) => (await askIngress(lab, NAMESPACE)) === 200 && (await ask(lab, NAMESPACE, 'web')) === 200,
})
