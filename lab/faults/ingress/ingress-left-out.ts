// Seen: 404 for the host; the object is there, of the right class, and one line of the controller's log says
// `skipping ingress`.
import { app, hostOf, ingress, objectsOf } from '../../breaks/app.ts'
import { withControllerOptions } from '../../breaks/ingress-controller.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { askIngress } from '../../breaks/request.ts'

const NAMESPACE = 'f-leftout'
const plain = ingress(NAMESPACE)
const annotations = { 'nginx.ingress.kubernetes.io/upstream-vhost': 'root.example.com' }
const odd = { ...plain, metadata: { name: 'web', namespace: NAMESPACE, annotations } }

export default withControllerOptions(
  namespaceFault({
    name: 'ingress-left-out',
    kind: 'fault',
    breaks: 'the controller leaves an Ingress out, for a word in one of its annotations',
    symptom: `404 from http://${hostOf(NAMESPACE)}/`,
    cause: { code: 'ING320', subject: `Ingress/${NAMESPACE}/web` },
    namespace: NAMESPACE,
    broken: objectsOf({ ...app(NAMESPACE), ingress: odd }),
    repaired: objectsOf({ ...app(NAMESPACE), ingress: plain }),
    inEffect: async (lab) => (await askIngress(lab, NAMESPACE)) === 404,
    healthy: async (lab) => (await askIngress(lab, NAMESPACE)) === 200,
  }),
  // As docs/user-guide/nginx-configuration/configmap.md recommends.
  { 'annotation-value-word-blocklist': 'load_module,lua_package,_by_lua,location,root,proxy_pass,serviceaccount' },
  {},
)
