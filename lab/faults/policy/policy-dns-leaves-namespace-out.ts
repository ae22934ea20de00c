// Seen: pods of default, where one looks, are answered; those of the namespace that nobody looks at are not.
import { app, networkPolicy, objectsOf } from '../../breaks/app.ts'
import { isAnswered } from '../../breaks/ask-dns.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { withPolicy } from '../../breaks/policy-beside.ts'
import { inPod, pods } from '../../breaks/place.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-left-out'
const POLICY = 'dns-for-teams'
const policy = networkPolicy('kube-system', POLICY, {
  podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
  policyTypes: ['Ingress'],
  ingress: [
    {
      from: [
        {
          namespaceSelector: {
            matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: [NAMESPACE] }],
          },
        },
      ],
    },
  ],
})
const base = namespaceFault({
  name: 'policy-dns-leaves-namespace-out',
  kind: 'fault',
  breaks: 'a policy before the DNS servers leaves one namespace out, and one looks from another',
  symptom: 'somebody elsewhere says that DNS is down; here every lookup is answered',
  cause: { code: 'POL423', subject: `NetworkPolicy/kube-system/${POLICY}` },
  namespace: NAMESPACE,
  diagnose: ['dns'],
  broken: objectsOf(app(NAMESPACE)),
  async inEffect(lab) {
    const [web] = await pods(lab, NAMESPACE, 'app=web')
    return web !== undefined && !(await isAnswered(await inPod(lab, web)))
  },
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})

export default withPolicy(base, { namespace: 'kube-system', name: POLICY, policy })
