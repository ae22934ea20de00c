// Seen: both pods 0/1 Running: Readiness probe failed: HTTP probe failed with statuscode: 404.
import { app, objectsOf, withContainer } from '../../breaks/app.ts'
import { webServer } from '../../breaks/http-app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-readypath'
const parts = app(NAMESPACE)
const own = 'response.statusCode = request.url === "/" ? 200 : 404; response.end("cart")'
const good = { ...parts, cart: webServer(NAMESPACE, 'cart', own) }
const probe = { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 1 }

export default namespaceFault({
  name: 'readiness-path-missing',
  kind: 'fault',
  breaks: 'the readiness probe of cart asks for a page that cart does not have',
  symptom: 'connection refused by cart, whose pod runs and answers by its own address',
  cause: { code: 'SVC205', subject: `Service/${NAMESPACE}/cart` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...good, cart: withContainer(good.cart, { readinessProbe: probe }) }),
  repaired: objectsOf(good),
  unready: ['cart'],
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'cart')) === 'refused',
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
