// Seen: web gets 502, cart is ready, and its own node's pods have 200 from it.
import { app, deployment, objectsOf } from '../../breaks/app.ts'
import { brokenBeside } from '../../breaks/broken-beside.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { nodeNamed } from '../../breaks/node.ts'
import { onNode, type Place, pods } from '../../breaks/place.ts'
import { ask } from '../../breaks/request.ts'
import { until } from '../../breaks/until.ts'
import type { Lab } from '../../lab.ts'

const NAMESPACE = 'f-neighbour'
const NODE = 'worker-3'
const nobody = '02:00:00:00:00:99'

const here = (lab: Lab): Place => onNode(lab, nodeNamed(lab, NODE).netns)

const healthy = namespaceFault({
  name: 'neighbour-fixed',
  kind: 'fault',
  breaks: `${NODE} has a hardware address written in for the pod of cart, which is not its own`,
  symptom: 'web waits for cart in vain; cart is ready, and answers whoever is on its own node',
  cause: { code: 'NOD537', subject: `Pod/${NAMESPACE}/cart-*` },
  namespace: NAMESPACE,
  broken: objectsOf({
    ...app(NAMESPACE),
    web: deployment(NAMESPACE, 'web', {
      args: ['-downstream=http://cart:8080/', '-timeout=3s'],
      pod: { nodeName: 'worker-1' },
    }),
    cart: deployment(NAMESPACE, 'cart', { pod: { nodeName: NODE } }),
  }),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})

async function forget(lab: Lab): Promise<void> {
  await here(lab).run(['ip', 'neigh', 'flush', 'dev', 'cni0', 'nud', 'permanent'])
}

export default brokenBeside(healthy, {
  async damage(lab) {
    const [cart] = await pods(lab, NAMESPACE, 'app=cart')
    if (cart === undefined) return
    await here(lab).run(['ip', 'neigh', 'replace', cart.ip, 'lladdr', nobody, 'dev', 'cni0', 'nud', 'permanent'])
    await until('cart is out of reach', async () => (await ask(lab, NAMESPACE, 'web')) !== 200)
  },
  mend: forget,
})
