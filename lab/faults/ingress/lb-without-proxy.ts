// Seen: 502 by HAProxy for whatever is asked; the controller's log says `broken header while reading PROXY protocol`.
import { app, hostOf, ingress, objectsOf } from '../../breaks/app.ts'
import { withControllerOptions } from '../../breaks/ingress-controller.ts'
import { loadBalancerFault, wellMade } from '../../breaks/load-balancer.ts'

const NAMESPACE = 'f-lbplain'

export default withControllerOptions(
  loadBalancerFault({
    name: 'lb-without-proxy',
    kind: 'fault',
    breaks: 'the controller expects the PROXY protocol, and the load balancer does not speak it',
    symptom: `http://${hostOf(NAMESPACE)}/ says 502`,
    cause: { code: 'ING351', subject: 'Pod/ingress-nginx/*' },
    namespace: NAMESPACE,
    broken: objectsOf({ ...app(NAMESPACE), ingress: ingress(NAMESPACE) }),
    balancer: { ...wellMade, check: 'connects' },
    complains: (statuses) => statuses.every((it) => it === 502 || it === 400),
  }),
  { 'use-proxy-protocol': 'true' },
  {},
)
