// Seen: each of these Services answers, on each of its ports, to whoever knows what it is for.
import type { Service, ServiceSpec } from 'kubernetes-types/core/v1.d.ts'
import { app, deployment, objectsOf, service } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-shapes'
const parts = app(NAMESPACE)
function made(name: string, spec: ServiceSpec): Service {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: NAMESPACE }, spec }
}
const http = { name: 'http', port: 80, targetPort: 'http' }
const alt = { name: 'alt', port: 8080, targetPort: 8080 }
const selector = { app: 'cart' }

export default namespaceFault({
  name: 'service-odd-shapes',
  kind: 'control',
  breaks: 'nothing: many ports, a named port, session affinity, an external IP, a headless twin, an alias of a Service',
  symptom: 'Services as a long life makes them',
  cause: null,
  namespace: NAMESPACE,
  broken: objectsOf({
    ...parts,
    cart: deployment(NAMESPACE, 'cart', { replicas: 2 }),
    many: made('many', { selector, ports: [http, alt, { ...http, name: 'again', port: 81 }] }),
    sticky: made('sticky', { selector, ports: [http], sessionAffinity: 'ClientIP' }),
    outside: made('outside', { selector, ports: [http], externalIPs: ['198.18.1.200'] }),
    twin: made('twin', { selector, ports: [http], clusterIP: 'None' }),
    alias: made('alias', { type: 'ExternalName', externalName: `cart.${NAMESPACE}.svc.cluster.local` }),
    node: made('node', { type: 'NodePort', selector, ports: [http], externalTrafficPolicy: 'Local' }),
    balanced: made('balanced', { type: 'LoadBalancer', selector, ports: [http] }),
    webToo: service(NAMESPACE, 'web-too', { port: 80, targetPort: 8080 }, { app: 'web' }),
  }),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200 && (await ask(lab, NAMESPACE, 'many')) === 200,
})
