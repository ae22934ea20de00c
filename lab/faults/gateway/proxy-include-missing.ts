// Seen: the child is orphaned, and the root invalid: 502 from Envoy under /cart.
import { app, objectsOf } from '../../breaks/app.ts'
import { contourFault, httpProxy, proxyStatus } from '../../breaks/contour.ts'

const NAMESPACE = 'g-include'
const child = httpProxy(
  NAMESPACE,
  { virtualhost: undefined, routes: [{ services: [{ name: 'cart', port: 8080 }] }] },
  'cart',
)
const root = (name: string) => httpProxy(NAMESPACE, { includes: [{ name, conditions: [{ prefix: '/cart' }] }] })
const good = { ...app(NAMESPACE), child, root: root('cart') }

export default contourFault({
  name: 'proxy-include-missing',
  kind: 'fault',
  breaks: 'the HTTPProxy of the host includes crat, and the one that was meant is called cart',
  symptom: '502 from Envoy under /cart; the HTTPProxy cart is orphaned',
  cause: { code: 'GTW721', subject: `HTTPProxy/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...good, root: root('crat') }),
  repaired: objectsOf(good),
  inEffect: async (lab) =>
    (await proxyStatus(lab, NAMESPACE)) === 'invalid' && (await proxyStatus(lab, NAMESPACE, 'cart')) === 'orphaned',
  healthy: async (lab) => (await proxyStatus(lab, NAMESPACE, 'cart')) === 'valid',
})
