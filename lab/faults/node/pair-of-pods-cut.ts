// Seen: in web's pod a connect to cart's pod ends in silence; any other pod has 200 from it.
import { app, deployment, objectsOf } from '../../breaks/app.ts'
import { packetFault } from '../../breaks/packet-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-pair'
const good = {
  ...app(NAMESPACE),
  web: deployment(NAMESPACE, 'web', {
    args: ['-downstream=http://cart:8080/', '-timeout=3s'],
    pod: { nodeName: 'worker-1' },
  }),
  cart: deployment(NAMESPACE, 'cart', { pod: { nodeName: 'worker-3' } }),
}

export default packetFault({
  name: 'pair-of-pods-cut',
  breaks: 'packets from the pod of web to the pod of cart are dropped, and nobody else is met',
  symptom: 'web waits for cart in vain; cart is well, and answers everybody else',
  cause: { code: 'POL422', subject: `Pod/${NAMESPACE}/cart-*` },
  reach: { kind: 'namespace', namespace: NAMESPACE },
  namespace: NAMESPACE,
  diagnose: ['deploy/web', '-n', NAMESPACE],
  objects: objectsOf(good),
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
  rules(pods) {
    const web = pods.find((it) => it.name.startsWith('web-'))
    const cart = pods.find((it) => it.name.startsWith('cart-'))
    if (web === undefined || cart === undefined) return []
    const rule = ['-s', `${web.ip}/32`, '-d', `${cart.ip}/32`, '-j', 'DROP']
    return [{ node: cart.node, rules: [{ table: 'filter', chain: 'FORWARD', rule }] }]
  },
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 502,
})
