// Seen: refused at once by each pod; inside of it curl localhost:8080 says 200, and so it is ready.
import { app, deployment, objectsOf, service, withContainer } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-loopback'
const parts = app(NAMESPACE)
const good = { ...parts, cartService: service(NAMESPACE, 'cart', { port: 8080, targetPort: 8080 }) }
const probe = { exec: { command: ['wget', '-q', '-O', '/dev/null', 'http://127.0.0.1:8080/ready'] }, periodSeconds: 1 }
const local = deployment(NAMESPACE, 'cart', { replicas: 2, args: ['-listen=127.0.0.1:8080'] })

export default namespaceFault({
  name: 'listens-on-loopback',
  kind: 'fault',
  breaks: 'cart listens on 127.0.0.1 alone, and its readiness probe asks from inside',
  symptom: 'connection refused by cart, which is ready and answers to kubectl exec',
  cause: { code: 'SVC202', subject: `Service/${NAMESPACE}/cart` },
  namespace: NAMESPACE,
  diagnose: ['svc/cart', '-n', NAMESPACE],
  broken: objectsOf({ ...good, cart: withContainer(local, { readinessProbe: probe, ports: [] }) }),
  repaired: objectsOf(good),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'cart')) === 'refused',
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
