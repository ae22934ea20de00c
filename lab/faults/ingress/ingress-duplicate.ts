// Seen: 200, of the old release, whatever is rolled out behind the new Ingress.
import { app, hostOf, ingress, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { askIngress } from '../../breaks/request.ts'

const NAMESPACE = 'f-twice'
const plain = ingress(NAMESPACE)
const parts = app(NAMESPACE)
const second = {
  ...ingress(NAMESPACE, { service: 'cart', port: 8080 }),
  metadata: { name: 'web-new', namespace: NAMESPACE },
}

export default namespaceFault({
  name: 'ingress-duplicate',
  kind: 'fault',
  breaks: 'two Ingresses claim one host and path: the older one has it',
  symptom: `what answers http://${hostOf(NAMESPACE)}/ is not what the newest Ingress names`,
  cause: { code: 'ING312', subject: `Ingress/${NAMESPACE}/web*` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...parts, ingress: plain, second }),
  repaired: objectsOf({ ...parts, ingress: plain }),
  inEffect: async (lab) => (await askIngress(lab, NAMESPACE)) === 200,
})
