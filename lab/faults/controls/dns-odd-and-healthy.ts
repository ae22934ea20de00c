// Seen: every name is found, from each of these; nothing about them is as kubeadm writes it.
import { app, deployment, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { CLUSTER_DNS } from '../../plan.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-odd'
const args = ['-downstream=http://cart:8080/', '-timeout=3s']
const searches = [`${NAMESPACE}.svc.cluster.local`, 'svc.cluster.local', 'cluster.local']
const options = [
  { name: 'ndots', value: '2' },
  { name: 'timeout', value: '3' },
]
const own = { dnsPolicy: 'None', dnsConfig: { nameservers: [CLUSTER_DNS], searches, options } }
const headless = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'peers', namespace: NAMESPACE },
  spec: {
    clusterIP: 'None',
    publishNotReadyAddresses: true,
    selector: { app: 'cart' },
    ports: [{ name: 'http', port: 8080 }],
  },
}
const alias = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'partner', namespace: NAMESPACE },
  spec: { type: 'ExternalName', externalName: 'www.example.com' },
}

export default namespaceFault({
  name: 'dns-odd-and-healthy',
  kind: 'control',
  breaks: 'nothing: a pod with a resolv.conf of its own that is right, a headless Service, an alias',
  symptom: 'a namespace that looks wrong to a careless eye',
  cause: null,
  namespace: NAMESPACE,
  broken: objectsOf({ ...app(NAMESPACE), web: deployment(NAMESPACE, 'web', { args, pod: own }), headless, alias }),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
