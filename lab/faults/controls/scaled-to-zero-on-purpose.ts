// Seen: report refuses, web answers 200.
import { app, deployment, objectsOf, service } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-zero'
const parts = {
  ...app(NAMESPACE),
  report: deployment(NAMESPACE, 'report', { replicas: 0 }),
  reportService: service(NAMESPACE, 'report', { port: 8080, targetPort: 'http' }),
}

export default namespaceFault({
  name: 'scaled-to-zero-on-purpose',
  kind: 'control',
  breaks: 'nothing: Deployment report is scaled to 0, and so its Service has no endpoints',
  symptom: 'a Service without endpoints',
  cause: null,
  namespace: NAMESPACE,
  broken: objectsOf(parts),
  inEffect: async (lab) =>
    (await ask(lab, NAMESPACE, 'report')) === 'refused' && (await ask(lab, NAMESPACE, 'web')) === 200,
})
