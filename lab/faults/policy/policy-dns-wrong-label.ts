// Seen: each lookup of web is silent: namespace kube-system bears no label `name`.
import { app, networkPolicy, objectsOf } from '../../breaks/app.ts'
import type { NetworkPolicy } from 'kubernetes-types/networking/v1.d.ts'
import { isAnswered } from '../../breaks/ask-dns.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { inPod, pods } from '../../breaks/place.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-nslabel'
const POLICY = 'egress'
const ports = [
  { protocol: 'UDP', port: 53 },
  { protocol: 'TCP', port: 53 },
]
const toOwn = { to: [{ podSelector: {} }] }
function policy(label: string): NetworkPolicy {
  const toDns = { to: [{ namespaceSelector: { matchLabels: { [label]: 'kube-system' } } }], ports }
  return networkPolicy(NAMESPACE, POLICY, { podSelector: {}, policyTypes: ['Egress'], egress: [toDns, toOwn] })
}
const parts = app(NAMESPACE)

export default namespaceFault({
  name: 'policy-dns-wrong-label',
  kind: 'fault',
  breaks: 'an egress policy names the DNS namespace by a label that it does not bear',
  symptom: 'no lookup works since the policy came, which was written to let them through',
  cause: { code: 'POL401', subject: `NetworkPolicy/${NAMESPACE}/${POLICY}` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...parts, policy: policy('name') }),
  repaired: objectsOf({ ...parts, policy: policy('kubernetes.io/metadata.name') }),
  async inEffect(lab) {
    const [web] = await pods(lab, NAMESPACE, 'app=web')
    return web !== undefined && !(await isAnswered(await inPod(lab, web))) && (await ask(lab, NAMESPACE, 'web')) === 502
  },
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
