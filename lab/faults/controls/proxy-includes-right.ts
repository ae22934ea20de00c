// Seen: 200 through Envoy for the root and for what it includes; both are valid.
import { app, objectsOf } from '../../breaks/app.ts'
import { askGateway, contourFault, httpProxy, proxyStatus } from '../../breaks/contour.ts'

const NAMESPACE = 'g-includes'
const routes = [{ services: [{ name: 'cart', port: 8080 }] }]
const parts = {
  ...app(NAMESPACE),
  child: httpProxy(NAMESPACE, { virtualhost: undefined, routes }, 'cart'),
  root: httpProxy(NAMESPACE, { includes: [{ name: 'cart', conditions: [{ prefix: '/cart' }] }] }),
}

export default contourFault({
  name: 'proxy-includes-right',
  kind: 'control',
  breaks: 'nothing: an HTTPProxy without a host, which another includes',
  symptom: 'an HTTPProxy that has no host',
  cause: null,
  namespace: NAMESPACE,
  broken: objectsOf(parts),
  inEffect: async (lab) =>
    (await askGateway(lab, NAMESPACE)) === 200 && (await proxyStatus(lab, NAMESPACE, 'cart')) === 'valid',
})
