// Seen: 404 for a path that was added a minute ago; `pcre_compile() failed: missing )` in the controller's log.
import { app, hostOf, ingress, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { askIngress } from '../../breaks/request.ts'

const NAMESPACE = 'f-regex'
const plain = ingress(NAMESPACE)
const backend = { service: { name: 'web', port: { number: 80 } } }
const search = (path: string) => ({
  ...plain,
  metadata: {
    name: 'search',
    namespace: NAMESPACE,
    annotations: { 'nginx.ingress.kubernetes.io/use-regex': 'true' },
  },
  spec: {
    ...plain.spec,
    rules: [
      {
        host: `search.${hostOf(NAMESPACE)}`,
        http: { paths: [{ path, pathType: 'ImplementationSpecific', backend }] },
      },
    ],
  },
})

export default {
  ...namespaceFault({
    name: 'ingress-regex-refused',
    kind: 'fault',
    breaks: 'the path of one Ingress is no regular expression: nginx refuses the configuration of all',
    symptom: `404 from http://${hostOf(NAMESPACE)}/, whose Ingress is right`,
    cause: { code: 'ING323', subject: `Ingress/${NAMESPACE}/search` },
    namespace: NAMESPACE,
    broken: objectsOf({ ...app(NAMESPACE), search: search('/find/(.*'), ingress: plain }),
    repaired: objectsOf({ ...app(NAMESPACE), search: search('/find/(.*)'), ingress: plain }),
    inEffect: async (lab) => (await askIngress(lab, NAMESPACE)) === 404,
    healthy: async (lab) => (await askIngress(lab, NAMESPACE)) === 200,
  }),
  reach: { kind: 'cluster' } as const,
}
