// Seen: /api is 404 by nginx of `web`, which knows no such page; asked inside, api says 200.
import { hostOf, objectsOf, service } from '../../breaks/app.ts'
import { webServer } from '../../breaks/http-app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { askIngress } from '../../breaks/request.ts'

const NAMESPACE = 'f-wrongsvc'
const page = (path: string): string =>
  `response.statusCode = request.url.startsWith('${path}') ? 200 : 404; response.end('${path}')`
const ingress = (api: string) => {
  const paths = [
    { path: '/api', pathType: 'Prefix', backend: { service: { name: api, port: { number: 80 } } } },
    { path: '/shop', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } },
  ]
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'web', namespace: NAMESPACE },
    spec: { ingressClassName: 'nginx', rules: [{ host: hostOf(NAMESPACE), http: { paths } }] },
  }
}
const parts = {
  web: webServer(NAMESPACE, 'web', page('/shop')),
  webService: service(NAMESPACE, 'web', { port: 80, targetPort: 8080 }),
  api: webServer(NAMESPACE, 'api', page('/api')),
  apiService: service(NAMESPACE, 'api', { port: 80, targetPort: 8080 }),
}

export default namespaceFault({
  name: 'ingress-wrong-service',
  kind: 'fault',
  breaks: 'the path /api of the Ingress leads to Service web, which serves another part',
  symptom: '404 for /api through the Ingress; Service api answers inside the cluster',
  cause: { code: 'ING308', subject: `Ingress/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...parts, ingress: ingress('web') }),
  repaired: objectsOf({ ...parts, ingress: ingress('api') }),
  inEffect: async (lab) => (await askIngress(lab, NAMESPACE, '/api')) === 404,
  healthy: async (lab) => (await askIngress(lab, NAMESPACE, '/api')) === 200,
})
