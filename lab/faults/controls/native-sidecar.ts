// Seen: 2/2 Running: an init container that goes on, and a pod that is ready all the same.
import { app, deployment, objectsOf, SHOP_IMAGE } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-native'
const resources = { requests: { cpu: '2m', memory: '12Mi' }, limits: { memory: '64Mi' } }
const image = { image: SHOP_IMAGE, imagePullPolicy: 'IfNotPresent', resources }
const initContainers = [
  { name: 'prepare', ...image, args: ['-lifetime=100ms'] },
  { name: 'agent', ...image, args: ['-listen=:9901'], restartPolicy: 'Always' },
]
const cart = deployment(NAMESPACE, 'cart', { replicas: 2, pod: { initContainers } })

export default namespaceFault({
  name: 'native-sidecar',
  kind: 'control',
  breaks: 'nothing: cart has a sidecar that is an init container which never ends',
  symptom: 'an init container that still runs',
  cause: null,
  namespace: NAMESPACE,
  broken: objectsOf({ ...app(NAMESPACE), cart }),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
