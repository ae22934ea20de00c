// Seen: DNS from web is silent: what a policy sees of a Service is the pod behind it, never the Service's own address.
import { app, networkPolicy, objectsOf } from '../../breaks/app.ts'
import { isAnswered } from '../../breaks/ask-dns.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { inPod, pods } from '../../breaks/place.ts'
import { CLUSTER_DNS } from '../../plan.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-vip'
const POLICY = 'web-egress'
const ports = [
  { protocol: 'UDP' as const, port: 53 },
  { protocol: 'TCP' as const, port: 53 },
]
const toCart = { to: [{ podSelector: { matchLabels: { app: 'cart' } } }], ports: [{ protocol: 'TCP', port: 8080 }] }
const toAddress = { to: [{ ipBlock: { cidr: `${CLUSTER_DNS}/32` } }], ports }
const toPods = { to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }], ports }
const selected = { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Egress'] }
const parts = app(NAMESPACE)

export default namespaceFault({
  name: 'policy-dns-address-only',
  kind: 'fault',
  breaks: 'an egress policy lets web ask the address of the DNS Service, and none of the pods behind it',
  symptom: 'every lookup of web takes 20 s, then fails',
  cause: { code: 'POL401', subject: `NetworkPolicy/${NAMESPACE}/${POLICY}` },
  namespace: NAMESPACE,
  broken: objectsOf({
    ...parts,
    policy: networkPolicy(NAMESPACE, POLICY, { ...selected, egress: [toCart, toAddress] }),
  }),
  repaired: objectsOf({
    ...parts,
    policy: networkPolicy(NAMESPACE, POLICY, { ...selected, egress: [toCart, toPods] }),
  }),
  async inEffect(lab) {
    const [web] = await pods(lab, NAMESPACE, 'app=web')
    return web !== undefined && !(await isAnswered(await inPod(lab, web))) && (await ask(lab, NAMESPACE, 'web')) === 502
  },
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
