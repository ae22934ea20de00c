// Seen: ReplicaSet cart has 0 pods: exceeded quota, `kubectl get pods` shows none of it.
import { app, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-quota'
const good = app(NAMESPACE)
const metadata = { name: 'small', namespace: NAMESPACE }
const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard: { 'limits.memory': '70Mi' } } }

export default namespaceFault({
  name: 'quota-used-up',
  kind: 'fault',
  breaks: 'the quota of the namespace lets one pod in, and web is that',
  symptom: 'connection refused by cart, of which there is no pod',
  cause: { code: 'SVC205', subject: `Service/${NAMESPACE}/cart` },
  namespace: NAMESPACE,
  broken: [quota, ...objectsOf(good)],
  repaired: objectsOf(good),
  unready: ['cart'],
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'cart')) === 'refused',
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
