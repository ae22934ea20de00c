// Seen: legacy answers: what stands behind it is no pod, and is meant to be none.
import { app, objectsOf } from '../../breaks/app.ts'
import type { Lab } from '../../lab.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-manual'
const labels = { 'kubernetes.io/service-name': 'legacy', 'endpointslice.kubernetes.io/managed-by': 'ops' }
const spec = { ports: [{ name: 'dns-tcp', port: 53, protocol: 'TCP' }] }
const legacy = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'legacy', namespace: NAMESPACE }, spec }
const slice = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'legacy-1', namespace: NAMESPACE, labels },
  addressType: 'IPv4',
  endpoints: [{ addresses: ['198.18.0.53'], conditions: { ready: true } }],
  ports: spec.ports,
}

export default namespaceFault({
  name: 'hand-made-slice-right',
  kind: 'control',
  breaks: 'nothing: Service legacy leads to a machine outside of the cluster, by a slice made by hand',
  symptom: 'a Service without a selector, whose endpoint is no pod',
  cause: null,
  namespace: NAMESPACE,
  broken: objectsOf({ ...app(NAMESPACE), legacy, slice }),
  inEffect: async (lab: Lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
