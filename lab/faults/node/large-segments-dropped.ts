// Seen: curl says 200 for cart; with a header of 1300 bytes more it waits for ever, from any node but the pod's own.
import { app, objectsOf, deployment } from '../../breaks/app.ts'
import { packetFault } from '../../breaks/packet-fault.ts'
import { pods } from '../../breaks/place.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-segments'
const NODE = 'worker-3'
const good = { ...app(NAMESPACE), cart: deployment(NAMESPACE, 'cart', { pod: { nodeName: NODE } }) }

export default packetFault({
  name: 'large-segments-dropped',
  breaks: 'TCP packets of 1400 bytes and more to the port of cart are dropped on its node, and no ICMP error says so',
  symptom: 'carts with few things in them work; whoever has a large cookie waits for ever',
  cause: { code: 'SVC238', subject: `Service/${NAMESPACE}/cart` },
  reach: { kind: 'cluster' },
  namespace: NAMESPACE,
  diagnose: ['svc/cart', '-n', NAMESPACE],
  objects: objectsOf(good),
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
  rules: (its) =>
    its
      .filter((it) => it.name.startsWith('cart-'))
      .map((it) => ({
        node: it.node,
        rules: [
          {
            table: 'filter',
            chain: 'FORWARD',
            rule: ['-d', `${it.ip}/32`, '-p', 'tcp', '-m', 'length', '--length', '1400:65535', '-j', 'DROP'],
          },
        ],
      })),
  async inEffect(lab) {
    const [pod] = await pods(lab, NAMESPACE, 'app=cart')
    const from = lab.nodes.find((it) => it.name !== NODE)?.netns ?? ''
    const curl = ['curl', '-s', '-o', '/dev/null', '--max-time', '4', `http://${pod?.ip}:8080/`]
    const small = await lab.run(from, curl)
    const large = await lab.run(from, [...curl, '-H', `X-Padding: ${'x'.repeat(1300)}`])
    return small.code === 0 && large.code === 28
  },
})
