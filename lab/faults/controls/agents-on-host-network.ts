// Seen: three agents on the network of their nodes; web answers 200.
import { app, objectsOf, SHOP_IMAGE } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-agents'
const labels = { app: 'agent' }
const agent = {
  name: 'agent',
  image: SHOP_IMAGE,
  imagePullPolicy: 'IfNotPresent',
  args: ['-listen=:18081'],
  resources: { requests: { cpu: '2m', memory: '12Mi' }, limits: { memory: '64Mi' } },
}
const spec = { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet', containers: [agent] }
const daemonSet = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'agent', namespace: NAMESPACE },
  spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
}
const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'agent', namespace: NAMESPACE },
  spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 18081 }] },
}

export default namespaceFault({
  name: 'agents-on-host-network',
  kind: 'control',
  breaks: "nothing: a DaemonSet on its nodes' network, with a Service before it",
  symptom: 'endpoints that are nodes',
  cause: null,
  namespace: NAMESPACE,
  broken: objectsOf({ ...app(NAMESPACE), daemonSet, service }),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200 && (await ask(lab, NAMESPACE, 'agent')) === 200,
})
