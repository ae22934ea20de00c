// Seen: currentStatus invalid, 502 or 503 from Envoy for the host.
import { app, objectsOf } from '../../breaks/app.ts'
import { askGateway, contourFault, httpProxy, proxyStatus } from '../../breaks/contour.ts'

const NAMESPACE = 'g-proxy'
const good = { ...app(NAMESPACE), proxy: httpProxy(NAMESPACE) }
const routes = [{ services: [{ name: 'wbe', port: 80 }] }]

export default contourFault({
  name: 'proxy-service-missing',
  kind: 'fault',
  breaks: 'the HTTPProxy routes to Service wbe, which does not exist',
  symptom: '503 from Envoy',
  cause: { code: 'GTW722', subject: `HTTPProxy/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...good, proxy: httpProxy(NAMESPACE, { routes }) }),
  repaired: objectsOf(good),
  inEffect: async (lab) => (await proxyStatus(lab, NAMESPACE)) === 'invalid',
  healthy: async (lab) => (await proxyStatus(lab, NAMESPACE)) === 'valid' && (await askGateway(lab, NAMESPACE)) === 200,
})
