// Seen: curl to cart's Service takes 1 or 3 s, or fails; to the other pod it is at once.
import { app, deployment, objectsOf } from '../../breaks/app.ts'
import { packetFault } from '../../breaks/packet-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-lossy'
const NODE = 'worker-3'
const cart = deployment(NAMESPACE, 'cart', { pod: { nodeName: NODE } })
const good = { ...app(NAMESPACE), cart }

export default packetFault({
  name: 'way-to-pod-lossy',
  breaks: 'of the packets to the one pod of cart 60 % are lost',
  symptom: 'cart answers at times after seconds, at times not at all',
  cause: { code: 'SVC207', subject: `Service/${NAMESPACE}/cart` },
  reach: { kind: 'cluster' },
  namespace: NAMESPACE,
  objects: objectsOf(good),
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
  rules: (pods) =>
    pods
      .filter((it) => it.name.startsWith('cart-'))
      .map((it) => ({
        node: it.node,
        rules: [
          {
            table: 'filter',
            chain: 'FORWARD',
            rule: ['-d', `${it.ip}/32`, '-m', 'statistic', '--mode', 'random', '--probability', '0.6', '-j', 'DROP'],
          },
        ],
      })),
  inEffect: () => Promise.resolve(true),
})
