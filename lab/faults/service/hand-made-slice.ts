// Seen: each connection times out; the slice names an address that no pod has.
import { app, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-slice'
const labels = { 'kubernetes.io/service-name': 'legacy' }
const ports = [{ name: 'http', port: 8080, protocol: 'TCP' }]
const metadata = { name: 'legacy', namespace: NAMESPACE }
const legacy = { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports } }
const slice = (address: string): object => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'legacy-1', namespace: NAMESPACE, labels },
  addressType: 'IPv4',
  endpoints: [{ addresses: [address], conditions: { ready: true } }],
  ports,
})
const parts = app(NAMESPACE)

export default namespaceFault({
  name: 'hand-made-slice',
  kind: 'fault',
  breaks: "Service legacy has an EndpointSlice made by hand, whose address is nobody's",
  symptom: 'connections to legacy time out',
  cause: { code: 'SVC207', subject: `Service/${NAMESPACE}/legacy` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...parts, legacy, slice: slice('198.18.101.250') }),
  repaired: objectsOf(parts),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'legacy')) !== 200,
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
