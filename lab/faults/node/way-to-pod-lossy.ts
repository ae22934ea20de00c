// Seen: curl to cart's Service takes 1 or 3 s, or fails; to the other pod it is at once.
import { app, deployment, objectsOf, service, withPodLabels } from '../../breaks/app.ts'
import { packetFault } from '../../breaks/packet-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-lossy'
const NODE = 'worker-3'
const random = ['-m', 'statistic', '--mode', 'random', '--probability', '0.6']
/** Two pods of one Service, on two nodes: one of them is met. */
const labels = { tier: 'cart' }
const on = (name: string, nodeName: string) => withPodLabels(deployment(NAMESPACE, name, { pod: { nodeName } }), labels)
const good = {
  ...app(NAMESPACE),
  cart: on('cart', NODE),
  cartSpare: on('cart-spare', 'worker-2'),
  cartService: service(NAMESPACE, 'cart', { port: 8080, targetPort: 'http' }, labels),
}

export default packetFault({
  name: 'way-to-pod-lossy',
  breaks: 'of the packets to one of two pods of cart 60 % are lost',
  symptom: 'cart answers at times after seconds, at times not at all',
  cause: { code: 'SVC207', subject: `Service/${NAMESPACE}/cart` },
  reach: { kind: 'cluster' },
  namespace: NAMESPACE,
  objects: objectsOf(good),
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
  rules: (pods) =>
    pods
      .filter((it) => it.node === NODE && it.name.startsWith('cart-'))
      .map((it) => ({
        node: it.node,
        rules: [
          {
            table: 'filter',
            chain: 'FORWARD',
            rule: ['-d', `${it.ip}/32`, '-p', 'tcp', ...random, '-j', 'DROP'],
          },
        ],
      })),
  async inEffect(lab) {
    const answers = []
    for (let turn = 0; turn < 6; turn++) answers.push(await ask(lab, NAMESPACE, 'cart'))
    return answers.includes(200)
  },
})
