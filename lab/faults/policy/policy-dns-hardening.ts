// Seen: www.example.com ends in SERVFAIL after seconds, names of the cluster are answered; the upstream is well.
import { app, networkPolicy, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { withPolicy } from '../../breaks/policy-beside.ts'
import { OUTSIDE_NAME } from '../../breaks/ask-dns.ts'
import { knowing } from '../../breaks/outside-names.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-hardening'
const POLICY = 'dns-hardening'
const policy = networkPolicy('kube-system', POLICY, {
  podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
  policyTypes: ['Egress'],
  egress: [{ to: [{ ipBlock: { cidr: '198.18.0.10/32' } }], ports: [{ port: 6443, protocol: 'TCP' }] }],
})
const base = namespaceFault({
  name: 'policy-dns-hardening',
  kind: 'fault',
  breaks: 'a policy lets the DNS servers out to the API server alone',
  symptom: 'no name outside of the cluster is found',
  cause: { code: 'POL406', subject: `NetworkPolicy/kube-system/${POLICY}` },
  namespace: NAMESPACE,
  broken: objectsOf(app(NAMESPACE)),
  // CoreDNS answers from its cache for 30 s more.
  inEffect: async (lab) => (await knowing(lab, ['example.com', OUTSIDE_NAME])) === 0,
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200 && (await knowing(lab, [OUTSIDE_NAME])) > 1,
})

export default withPolicy(base, { namespace: 'kube-system', name: POLICY, policy })
