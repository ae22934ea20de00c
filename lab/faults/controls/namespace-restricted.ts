// Seen: pods that do not say that they run as nobody are turned away; the application's say it.
import type { PodSpec } from 'kubernetes-types/core/v1.d.ts'
import { app, deployment, objectsOf, withContainer } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-restricted'
const enforce = { 'pod-security.kubernetes.io/enforce': 'restricted' }
const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE, labels: enforce } }
const seccompProfile = { type: 'RuntimeDefault' }
const pod: Partial<PodSpec> = { securityContext: { runAsNonRoot: true, runAsUser: 10_001, seccompProfile } }
const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }
const parts = app(NAMESPACE)
const careful = (name: string, args: readonly string[] = []): ReturnType<typeof deployment> =>
  withContainer(deployment(NAMESPACE, name, { pod, args }), { securityContext })
const metadata = { name: 'limits', namespace: NAMESPACE }
const defaults = { type: 'Container', default: { memory: '96Mi', cpu: '500m' }, defaultRequest: { memory: '24Mi' } }
const limits = { apiVersion: 'v1', kind: 'LimitRange', metadata, spec: { limits: [defaults] } }
const args = ['-downstream=http://cart:8080/', '-timeout=3s']
const hard = { pods: '20', 'limits.memory': '3Gi', 'requests.cpu': '2' }
const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard } }

export default namespaceFault({
  name: 'namespace-restricted',
  kind: 'control',
  breaks: 'nothing: a namespace that admits restricted pods alone, with a LimitRange and a quota',
  symptom: 'a namespace in which little is allowed',
  cause: null,
  namespace: NAMESPACE,
  broken: [namespace, limits, quota, ...objectsOf({ ...parts, web: careful('web', args), cart: careful('cart') })],
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
