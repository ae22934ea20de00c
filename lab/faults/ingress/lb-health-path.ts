// Seen: 503 at once by HAProxy, "No server is available to handle this request"; each node's port answers.
import { app, hostOf, ingress, objectsOf } from '../../breaks/app.ts'
import { loadBalancerFault, wellMade } from '../../breaks/load-balancer.ts'

const NAMESPACE = 'f-lbhealth'

export default loadBalancerFault({
  name: 'lb-health-path',
  kind: 'fault',
  breaks: 'the health check of the load balancer asks for a path that nobody has',
  symptom: `503 from http://${hostOf(NAMESPACE)}/`,
  cause: { code: 'ING350', subject: `Ingress/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...app(NAMESPACE), ingress: ingress(NAMESPACE) }),
  balancer: { ...wellMade, check: '/status' },
  complains: (statuses) => statuses.every((it) => it === 503),
})
