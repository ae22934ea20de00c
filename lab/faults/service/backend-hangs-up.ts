// Seen: 502 through the controller, "empty reply from server" inside; the port is open, and the pod is ready.
import { ingress, objectsOf, service } from '../../breaks/app.ts'
import { webServer } from '../../breaks/http-app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { askIngress } from '../../breaks/request.ts'

const NAMESPACE = 'f-hangup'
const parts = {
  webService: service(NAMESPACE, 'web', { port: 80, targetPort: 8080 }),
  ingress: ingress(NAMESPACE),
}

export default namespaceFault({
  name: 'backend-hangs-up',
  kind: 'fault',
  breaks: 'the application closes each connection without an answer',
  symptom: '502 Bad Gateway',
  cause: { code: 'SVC208', subject: `Service/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...parts, web: webServer(NAMESPACE, 'web', 'request.socket.destroy()') }),
  repaired: objectsOf({ ...parts, web: webServer(NAMESPACE, 'web', 'response.end("hello")') }),
  inEffect: async (lab) => (await askIngress(lab, NAMESPACE)) === 502,
  healthy: async (lab) => (await askIngress(lab, NAMESPACE)) === 200,
})
