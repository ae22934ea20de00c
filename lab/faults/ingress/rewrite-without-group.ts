// Seen: 404 by the application for everything below /shop: it is asked for / each time.
import { hostOf, objectsOf, service } from '../../breaks/app.ts'
import { webServer } from '../../breaks/http-app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask, askIngress } from '../../breaks/request.ts'

const NAMESPACE = 'f-group'
const own = 'response.statusCode = request.url === "/" ? 404 : 200; response.end("said")'
const backend = { service: { name: 'web', port: { number: 80 } } }
const annotations = { 'nginx.ingress.kubernetes.io/rewrite-target': '/$2' }
const made = (path: string) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'web', namespace: NAMESPACE, annotations },
  spec: {
    ingressClassName: 'nginx',
    rules: [{ host: hostOf(NAMESPACE), http: { paths: [{ path, pathType: 'ImplementationSpecific', backend }] } }],
  },
})
const parts = {
  web: webServer(NAMESPACE, 'web', own),
  webService: service(NAMESPACE, 'web', { port: 80, targetPort: 8080 }),
}

export default namespaceFault({
  name: 'rewrite-without-group',
  kind: 'fault',
  breaks: 'rewrite-target names a second group, and the path has one',
  symptom: '404 for everything below /shop through the Ingress; inside the cluster it works',
  cause: { code: 'ING311', subject: `Ingress/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...parts, ingress: made('/shop/?(.*)') }),
  repaired: objectsOf({ ...parts, ingress: made('/shop(/|$)(.*)') }),
  inEffect: async (lab) =>
    (await ask(lab, NAMESPACE, 'web')) === 404 && (await askIngress(lab, NAMESPACE, '/shop/a')) === 404,
  healthy: async (lab) => (await askIngress(lab, NAMESPACE, '/shop/a')) === 200,
})
