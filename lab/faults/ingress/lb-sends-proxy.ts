// Seen: 400 for whatever is asked, by nginx; its log has `PROXY TCP4 …` where the request ought to stand.
import { app, hostOf, ingress, objectsOf } from '../../breaks/app.ts'
import { loadBalancerFault, wellMade } from '../../breaks/load-balancer.ts'

const NAMESPACE = 'f-lbproxy'

export default loadBalancerFault({
  name: 'lb-sends-proxy',
  kind: 'fault',
  breaks: 'the load balancer speaks the PROXY protocol, and the controller expects none',
  symptom: `http://${hostOf(NAMESPACE)}/ says 400 Bad Request`,
  cause: { code: 'ING350', subject: `Ingress/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...app(NAMESPACE), ingress: ingress(NAMESPACE) }),
  balancer: { ...wellMade, check: 'connects', speaksProxy: true },
  complains: (statuses) => statuses.every((it) => it === 400),
})
