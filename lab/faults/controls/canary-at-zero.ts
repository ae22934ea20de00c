// Seen: 200 through the controller, every time; the canary has no pod and no weight.
import { app, deployment, ingress, objectsOf, service } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { askIngress } from '../../breaks/request.ts'

const NAMESPACE = 'f-canary'
const main = ingress(NAMESPACE)
const annotations = { 'nginx.ingress.kubernetes.io/canary': 'true', 'nginx.ingress.kubernetes.io/canary-weight': '0' }
const other = ingress(NAMESPACE, { service: 'web-canary' })
const parts = {
  ...app(NAMESPACE),
  main,
  canary: { ...other, metadata: { name: 'web-canary', namespace: NAMESPACE, annotations } },
  canaryPods: deployment(NAMESPACE, 'web-canary', { replicas: 0 }),
  canaryService: service(NAMESPACE, 'web-canary', { port: 80, targetPort: 8080 }),
}

export default namespaceFault({
  name: 'canary-at-zero',
  kind: 'control',
  breaks: 'nothing: a canary release has weight 0, and is scaled to 0',
  symptom: 'an Ingress before a Service without endpoints',
  cause: null,
  namespace: NAMESPACE,
  broken: objectsOf(parts),
  inEffect: async (lab) => (await askIngress(lab, NAMESPACE)) === 200,
})
