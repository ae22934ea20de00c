// Seen: each request through the controller is a 421; curl with the public Host to the pod has the page.
import { app, hostOf, ingress, objectsOf } from '../../breaks/app.ts'
import { webServer } from '../../breaks/http-app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { askIngress } from '../../breaks/request.ts'

const NAMESPACE = 'f-vhost'
const byHost = `if (request.headers.host !== '${hostOf(NAMESPACE)}') response.statusCode = 421
  response.end('the page')`
const made = ingress(NAMESPACE)
const good = { ...app(NAMESPACE), web: webServer(NAMESPACE, 'web', byHost), made }
const broken = {
  ...good,
  made: {
    ...made,
    metadata: {
      ...made.metadata,
      annotations: { 'nginx.ingress.kubernetes.io/upstream-vhost': `web.${NAMESPACE}.svc` },
    },
  },
}

export default namespaceFault({
  name: 'upstream-vhost',
  kind: 'fault',
  breaks: 'an annotation of the Ingress has the controller send another Host than web serves',
  symptom: 'web answers 421 to everybody who comes through the Ingress',
  cause: { code: 'ING309', subject: `Ingress/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  diagnose: [`http://${hostOf(NAMESPACE)}/`],
  broken: objectsOf(broken),
  repaired: objectsOf(good),
  inEffect: async (lab) => (await askIngress(lab, NAMESPACE)) === 421,
  healthy: async (lab) => (await askIngress(lab, NAMESPACE)) === 200,
})
