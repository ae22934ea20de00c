// Seen: web answers 502: `lookup cart: no such host`; both pods of cart run and are ready.
import { app, deployment, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-deleted'
const args = [`-downstream=http://cart.${NAMESPACE}.svc.cluster.local:8080/`, '-timeout=3s']
const good = { ...app(NAMESPACE), web: deployment(NAMESPACE, 'web', { args }) }
const { cartService: _, ...broken } = good

export default namespaceFault({
  name: 'service-deleted',
  kind: 'fault',
  breaks: 'Service cart was deleted; its pods run on, and web calls it still',
  symptom: 'web answers 502 since this morning, and cart runs',
  cause: { code: 'SVC217', subject: `Deployment/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf(broken),
  repaired: objectsOf(good),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 502,
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
