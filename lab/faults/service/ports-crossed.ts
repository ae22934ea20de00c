// Seen: the Service answers 404 to everything; the pod's port 8080 has the page.
import { app, objectsOf, service, withContainer } from '../../breaks/app.ts'
import { twoServers } from '../../breaks/http-app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-crossed'

const cart = withContainer(twoServers(NAMESPACE, 'cart', { page: 8080, nothing: 9090 }), {
  ports: [
    { name: 'http', containerPort: 8080 },
    { name: 'admin', containerPort: 9090 },
  ],
})
const ports = (http: string, admin: string) => ({
  ...service(NAMESPACE, 'cart', { port: 8080 }),
  spec: {
    selector: { app: 'cart' },
    ports: [
      { name: 'http', protocol: 'TCP', port: 8080, targetPort: http },
      { name: 'admin', protocol: 'TCP', port: 9090, targetPort: admin },
    ],
  },
})
const good = { ...app(NAMESPACE), cart, cartService: ports('http', 'admin') }

export default namespaceFault({
  name: 'ports-crossed',
  kind: 'fault',
  breaks: 'port http of Service cart leads to port admin of its pods, and the other way round',
  symptom: 'cart has none of its pages; its pods have all of them',
  cause: { code: 'SVC241', subject: `Service/${NAMESPACE}/cart` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...good, cartService: ports('admin', 'http') }),
  repaired: objectsOf(good),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'cart')) === 404,
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'cart')) === 200,
})
