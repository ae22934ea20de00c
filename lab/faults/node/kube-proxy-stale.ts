// Seen: on worker-2 cart's Service leads to addresses that no pod has any more; from the other nodes it is 200.
import { app, objectsOf } from '../../breaks/app.ts'
import { proxyBack, proxyGoneFrom } from '../../breaks/kube-proxy.ts'
import { brokenBeside } from '../../breaks/broken-beside.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask, askFrom } from '../../breaks/request.ts'
import { until } from '../../breaks/until.ts'

const NAMESPACE = 'f-stale'
const NODE = 'worker-2'
const base = namespaceFault({
  name: 'kube-proxy-stale',
  kind: 'fault',
  breaks: `kube-proxy runs on every node but ${NODE}, and the pods of cart are others since`,
  symptom: `on one node cart does not answer, and each of its pods answers there by its own address`,
  cause: { code: 'NOD502', subject: `Node/${NODE}` },
  namespace: NAMESPACE,
  broken: objectsOf(app(NAMESPACE)),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})

export default brokenBeside(base, {
  async damage(lab) {
    await proxyGoneFrom(lab, NODE)
    await lab.kubectl(['-n', NAMESPACE, 'rollout', 'restart', 'deployment/cart'])
    await lab.kubectl(['-n', NAMESPACE, 'rollout', 'status', 'deployment/cart', '--timeout=60s'])
    await until('cart is well elsewhere', async () => (await ask(lab, NAMESPACE, 'cart')) === 200)
    await until(`${NODE} asks pods that are gone`, async () => (await askFrom(lab, NODE, NAMESPACE, 'cart')) !== 200)
  },
  mend: proxyBack,
})
