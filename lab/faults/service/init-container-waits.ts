// Seen: both pods Init:0/1; the init container asks for a name that nobody has.
import { app, deployment, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-init'
const good = app(NAMESPACE)
const waits = {
  name: 'wait-for-db',
  image: 'docker.io/library/busybox:1.36',
  imagePullPolicy: 'IfNotPresent',
  command: ['sh', '-c', 'until nslookup -type=a db.f-init.svc.cluster.local.; do sleep 2; done'],
  resources: { requests: { cpu: '2m', memory: '12Mi' }, limits: { memory: '64Mi' } },
}
const pod = { initContainers: [waits] }

export default namespaceFault({
  name: 'init-container-waits',
  kind: 'fault',
  breaks: 'an init container of cart waits for a Service that there is not',
  symptom: 'connection refused by cart, which never starts',
  cause: { code: 'SVC273', subject: `Deployment/${NAMESPACE}/cart` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...good, cart: deployment(NAMESPACE, 'cart', { replicas: 2, pod }) }),
  repaired: objectsOf(good),
  unready: ['cart'],
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'cart')) === 'refused',
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
