// Seen: pods of default, where one looks, are answered; those of the namespace that nobody looks at are not.
import { app, networkPolicy, objectsOf } from '../../breaks/app.ts'
import { isAnswered } from '../../breaks/ask-dns.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { inPod, pods } from '../../breaks/place.ts'
import { ask } from '../../breaks/request.ts'
import type { Fault } from '../fault.ts'

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
const removePolicy = ['-n', 'kube-system', 'delete', 'networkpolicy', POLICY, '--ignore-not-found']
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

const fault: Fault = {
  ...base,
  reach: { kind: 'cluster' },
  async inject(lab) {
    await lab.kubectl(['apply', '-f', '-'], JSON.stringify(policy))
    await base.inject(lab)
  },
  async takeBack(lab) {
    await lab.kubectl(removePolicy)
    await base.takeBack(lab)
  },
  async remove(lab) {
    await lab.kubectl(removePolicy)
    await base.remove(lab)
  },
}

export default fault
