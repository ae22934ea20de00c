// Seen: 504 after 2 s by HAProxy; a node's port says 200 after 4 s.
import { hostOf, ingress, objectsOf, service } from '../../breaks/app.ts'
import { webServer } from '../../breaks/http-app.ts'
import { loadBalancerFault, wellMade } from '../../breaks/load-balancer.ts'

const NAMESPACE = 'f-lbidle'

export default loadBalancerFault({
  name: 'lb-idle-timeout',
  kind: 'fault',
  breaks: 'the load balancer waits 2 s for an answer that takes 4',
  symptom: `504 from http://${hostOf(NAMESPACE)}/, and none by a node's port`,
  cause: { code: 'ING350', subject: `Ingress/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf({
    web: webServer(NAMESPACE, 'web', 'setTimeout(() => response.end("at last"), 4000)'),
    webService: service(NAMESPACE, 'web', { port: 80, targetPort: 8080 }),
    ingress: ingress(NAMESPACE),
  }),
  balancer: { ...wellMade, waits: 2 },
  complains: (statuses) => statuses.every((it) => it === 504),
})
