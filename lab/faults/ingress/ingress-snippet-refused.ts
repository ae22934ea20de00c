// Seen: 404 for both hosts, that of the Ingress with the snippet and that of its innocent neighbour; both objects look
// right, and the controller's log says `unknown directive` once in a while.
import { app, hostOf, ingress, objectsOf } from '../../breaks/app.ts'
import { withControllerOptions } from '../../breaks/ingress-controller.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { askIngress } from '../../breaks/request.ts'

const NAMESPACE = 'f-snippet'
const plain = ingress(NAMESPACE)
const other = { ...plain, metadata: { name: 'tools', namespace: NAMESPACE } }
const tools = (annotations: Readonly<Record<string, string>>) => ({
  ...other,
  metadata: { ...other.metadata, annotations },
  spec: {
    ...other.spec,
    rules: (other.spec?.rules ?? []).map((it) => ({ ...it, host: `tools.${hostOf(NAMESPACE)}` })),
  },
})
const snippet = { 'nginx.ingress.kubernetes.io/configuration-snippet': 'no_such_directive on;' }

export default withControllerOptions(
  namespaceFault({
    name: 'ingress-snippet-refused',
    kind: 'fault',
    breaks: 'a snippet of one Ingress is refused by nginx: no change of any Ingress is taken up',
    symptom: `404 from http://${hostOf(NAMESPACE)}/, whose Ingress is right`,
    cause: { code: 'ING323', subject: `Ingress/${NAMESPACE}/tools` },
    namespace: NAMESPACE,
    broken: objectsOf({ ...app(NAMESPACE), tools: tools(snippet), ingress: plain }),
    repaired: objectsOf({ ...app(NAMESPACE), tools: tools({}), ingress: plain }),
    inEffect: async (lab) => (await askIngress(lab, NAMESPACE)) === 404,
    healthy: async (lab) => (await askIngress(lab, NAMESPACE)) === 200,
  }),
  { 'allow-snippet-annotations': 'true' },
  { 'allow-snippet-annotations': 'false' },
)
