// Seen: no lookup of this namespace is answered; those of the namespaces that the policy names are.
import { app, networkPolicy, objectsOf } from '../../breaks/app.ts'
import { isAnswered } from '../../breaks/ask-dns.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { withPolicy } from '../../breaks/policy-beside.ts'
import { inPod, pods } from '../../breaks/place.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-admit'
const POLICY = 'dns-clients'
const admitted = ['default', 'shop', 'kube-system', 'ingress-nginx']
const namespaceNamed = (name: string): object => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
})
const policy = networkPolicy('kube-system', POLICY, {
  podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
  policyTypes: ['Ingress'],
  ingress: [{ from: admitted.map(namespaceNamed) }],
})
const parts = app(NAMESPACE)
const base = namespaceFault({
  name: 'policy-before-dns-servers',
  kind: 'fault',
  breaks: 'a policy before the DNS servers admits some namespaces, and not this one',
  symptom: 'no lookup works in one namespace',
  cause: { code: 'POL401', subject: `NetworkPolicy/kube-system/${POLICY}` },
  namespace: NAMESPACE,
  broken: objectsOf(parts),
  async inEffect(lab) {
    const [web] = await pods(lab, NAMESPACE, 'app=web')
    return web !== undefined && !(await isAnswered(await inPod(lab, web))) && (await ask(lab, NAMESPACE, 'web')) === 502
  },
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})

export default withPolicy(base, { namespace: 'kube-system', name: POLICY, policy })
