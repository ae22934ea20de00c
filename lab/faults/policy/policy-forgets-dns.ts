// Seen: web answers 502 after its own timeout of 3 s; from its pod DNS is silent over UDP and TCP, cart by address
// says 200.
import { app, networkPolicy, objectsOf } from '../../breaks/app.ts'
import { isAnswered } from '../../breaks/ask-dns.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { inPod, pods } from '../../breaks/place.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-egress'
const POLICY = 'web-egress'
const toCart = { to: [{ podSelector: { matchLabels: { app: 'cart' } } }], ports: [{ protocol: 'TCP', port: 8080 }] }
const toDns = {
  to: [
    {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
      podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
    },
  ],
  ports: [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ],
}
const selected = { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Egress'] }
const parts = app(NAMESPACE)

export default namespaceFault({
  name: 'policy-forgets-dns',
  kind: 'fault',
  breaks: 'an egress policy lets web talk to cart and to nothing else, so not to DNS either',
  symptom: 'web cannot reach cart since the policy came, although the policy allows exactly that',
  cause: { code: 'POL401', subject: `NetworkPolicy/${NAMESPACE}/${POLICY}` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...parts, policy: networkPolicy(NAMESPACE, POLICY, { ...selected, egress: [toCart] }) }),
  repaired: objectsOf({ ...parts, policy: networkPolicy(NAMESPACE, POLICY, { ...selected, egress: [toCart, toDns] }) }),
  async inEffect(lab) {
    const [web] = await pods(lab, NAMESPACE, 'app=web')
    return web !== undefined && !(await isAnswered(await inPod(lab, web))) && (await ask(lab, NAMESPACE, 'web')) === 502
  },
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
