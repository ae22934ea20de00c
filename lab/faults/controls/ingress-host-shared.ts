// Seen: 200 for both paths: one server block, with the locations of two Ingresses.
import { app, hostOf, ingress, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { askIngress } from '../../breaks/request.ts'

const NAMESPACE = 'f-shared'
const plain = ingress(NAMESPACE)
const backend = { service: { name: 'cart', port: { name: 'http' } } }
const second = {
  ...plain,
  metadata: { name: 'cart', namespace: NAMESPACE },
  spec: {
    ...plain.spec,
    rules: [{ host: hostOf(NAMESPACE), http: { paths: [{ path: '/cart', pathType: 'Prefix', backend }] } }],
  },
}

export default namespaceFault({
  name: 'ingress-host-shared',
  kind: 'control',
  breaks: 'nothing: two Ingresses share a host, and each has a path of its own',
  symptom: 'one server block with the locations of two objects',
  cause: null,
  namespace: NAMESPACE,
  broken: objectsOf({ ...app(NAMESPACE), ingress: plain, second }),
  inEffect: async (lab) =>
    (await askIngress(lab, NAMESPACE)) === 200 && (await askIngress(lab, NAMESPACE, '/cart')) === 200,
})
