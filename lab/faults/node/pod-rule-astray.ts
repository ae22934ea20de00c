// Seen: web gets 502; its own node reaches cart, and no other does; cart looks up nothing.
import { app, deployment, objectsOf, service } from '../../breaks/app.ts'
import { brokenBeside } from '../../breaks/broken-beside.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { nodeNamed } from '../../breaks/node.ts'
import { onNode, type Place, pods } from '../../breaks/place.ts'
import { ask } from '../../breaks/request.ts'
import { until } from '../../breaks/until.ts'
import type { Lab } from '../../lab.ts'

const NAMESPACE = 'f-kept-in'
const NODE = 'worker-2'
const TABLE = '100'

const here = (lab: Lab): Place => onNode(lab, nodeNamed(lab, NODE).netns)

const base = namespaceFault({
  name: 'pod-rule-astray',
  kind: 'fault',
  breaks: `a routing rule on ${NODE} leads what comes from the pod of cart to a table that refuses it`,
  symptom: 'web waits for cart in vain; stock, on the same node, answers everybody',
  cause: { code: 'NOD557', subject: `Pod/${NAMESPACE}/cart-*` },
  namespace: NAMESPACE,
  broken: objectsOf({
    ...app(NAMESPACE),
    web: deployment(NAMESPACE, 'web', {
      args: ['-downstream=http://cart:8080/', '-timeout=3s'],
      pod: { nodeName: 'worker-1' },
    }),
    cart: deployment(NAMESPACE, 'cart', { pod: { nodeName: NODE } }),
    stock: deployment(NAMESPACE, 'stock', { pod: { nodeName: NODE } }),
    stockService: service(NAMESPACE, 'stock', { port: 8080, targetPort: 'http' }),
  }),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})

async function forget(lab: Lab): Promise<void> {
  await here(lab).run([
    'sh',
    '-c',
    `while ip rule del lookup ${TABLE} 2> /dev/null; do :; done; ip route flush table ${TABLE} 2> /dev/null || true`,
  ])
}

export default brokenBeside(base, {
  async damage(lab) {
    const [cart] = await pods(lab, NAMESPACE, 'app=cart')
    if (cart === undefined) return
    await here(lab).run(['ip', 'route', 'add', 'blackhole', 'default', 'table', TABLE])
    await here(lab).run(['ip', 'rule', 'add', 'from', cart.ip, 'lookup', TABLE, 'pref', '1000'])
    await until('cart is out of reach', async () => (await ask(lab, NAMESPACE, 'web')) !== 200)
  },
  mend: forget,
})
