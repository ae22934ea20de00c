// Seen: curl waits for 20 s and then has 200; the pod accepts at once, and its readiness page answers at once.
import { objectsOf, service } from '../../breaks/app.ts'
import { webServer } from '../../breaks/http-app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-slow20'
const parts = { webService: service(NAMESPACE, 'web', { port: 80, targetPort: 8080 }) }

export default namespaceFault({
  name: 'answers-after-20s',
  kind: 'fault',
  breaks: 'the application accepts each connection and answers 20 s later',
  symptom: 'each page takes 20 s, and every pod is ready',
  cause: { code: 'SVC208', subject: `Service/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...parts, web: webServer(NAMESPACE, 'web', 'setTimeout(() => response.end("late"), 20_000)') }),
  repaired: objectsOf({ ...parts, web: webServer(NAMESPACE, 'web', 'response.end("hello")') }),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 'timeout',
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
