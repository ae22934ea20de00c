// Seen: 200 through the load balancer, whose health check takes every node for well.
import { app, hostOf, ingress, objectsOf } from '../../breaks/app.ts'
import { loadBalancerFault, wellMade } from '../../breaks/load-balancer.ts'

const NAMESPACE = 'c-lb'

export default loadBalancerFault({
  name: 'lb-right',
  kind: 'control',
  breaks: 'nothing: a load balancer with health checks stands before the controller',
  symptom: `none: http://${hostOf(NAMESPACE)}/ answers`,
  cause: null,
  namespace: NAMESPACE,
  broken: objectsOf({ ...app(NAMESPACE), ingress: ingress(NAMESPACE) }),
  balancer: wellMade,
  complains: (statuses) => statuses.every((it) => it === 200),
})
