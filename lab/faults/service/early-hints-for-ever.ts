// Seen: curl -v prints `HTTP/1.1 103 Early Hints` again and again, and no answer.
import { objectsOf, service } from '../../breaks/app.ts'
import { webServer } from '../../breaks/http-app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-hints'
const webService = service(NAMESPACE, 'web', { port: 80, targetPort: 8080 })
const hints =
  "const more = setInterval(() => response.writeEarlyHints({ link: '</a.css>; rel=preload' }), 50); " +
  "response.on('close', () => clearInterval(more))"

export default namespaceFault({
  name: 'early-hints-for-ever',
  kind: 'fault',
  breaks: 'the application answers with 103 Early Hints for ever, and never with the page',
  symptom: 'the page never comes, and the connection is busy all the while',
  cause: { code: 'SVC208', subject: `Service/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  diagnose: ['svc/web', '-n', NAMESPACE],
  broken: objectsOf({ webService, web: webServer(NAMESPACE, 'web', hints) }),
  repaired: objectsOf({ webService, web: webServer(NAMESPACE, 'web', 'response.end("said")') }),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 'timeout',
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
