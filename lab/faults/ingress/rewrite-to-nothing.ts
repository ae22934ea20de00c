// Seen: 404 by the application for /shop/; it serves /shop/, and is asked for /.
import { hostOf, objectsOf, service } from '../../breaks/app.ts'
import { webServer } from '../../breaks/http-app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask, askIngress } from '../../breaks/request.ts'

const NAMESPACE = 'f-rewrite'
const own = 'response.statusCode = request.url.startsWith("/shop") ? 200 : 404; response.end("said")'
const backend = { service: { name: 'web', port: { number: 80 } } }
const rules = [{ host: hostOf(NAMESPACE), http: { paths: [{ path: '/shop', pathType: 'Prefix', backend }] } }]
const made = (annotations: Readonly<Record<string, string>>): object => ({
  name: 'web',
  namespace: NAMESPACE,
  annotations,
})
const ingress = (annotations: Readonly<Record<string, string>>) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: made(annotations),
  spec: { ingressClassName: 'nginx', rules },
})
const parts = {
  web: webServer(NAMESPACE, 'web', own),
  webService: service(NAMESPACE, 'web', { port: 80, targetPort: 8080 }),
}

export default namespaceFault({
  name: 'rewrite-to-nothing',
  kind: 'fault',
  breaks: 'rewrite-target takes the path away that the application serves',
  symptom: '404 for /shop through the Ingress; inside the cluster it works',
  cause: { code: 'ING308', subject: `Ingress/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...parts, ingress: ingress({ 'nginx.ingress.kubernetes.io/rewrite-target': '/' }) }),
  repaired: objectsOf({ ...parts, ingress: ingress({}) }),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 404 && (await askIngress(lab, NAMESPACE)) === 404,
})
