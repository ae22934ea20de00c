// Seen: 1/2 CrashLoopBackOff: listen tcp :8080: bind: address already in use.
import { app, deployment, objectsOf, SHOP_IMAGE } from '../../breaks/app.ts'
import type { Deployment } from 'kubernetes-types/apps/v1.d.ts'
import type { Lab } from '../../lab.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-sidecar'
const good = app(NAMESPACE)
const sidecar = {
  name: 'agent',
  image: SHOP_IMAGE,
  imagePullPolicy: 'IfNotPresent',
  args: ['-name=agent'],
  resources: { requests: { cpu: '2m', memory: '12Mi' }, limits: { memory: '64Mi' } },
}

function withSidecar(made: Deployment): Deployment {
  const spec = made.spec?.template.spec
  spec?.containers.unshift(sidecar)
  return made
}

async function crashes(lab: Lab): Promise<boolean> {
  const path = '{.items[*].status.containerStatuses[*].state.waiting.reason}'
  const args = ['-n', NAMESPACE, 'get', 'pods', '-l', 'app=cart', '-o', `jsonpath=${path}`]
  return (await lab.kubectl(args)).includes('CrashLoopBackOff')
}

export default namespaceFault({
  name: 'port-taken-by-sidecar',
  kind: 'fault',
  breaks: 'a sidecar of cart binds the port that cart itself wants',
  symptom: 'connection refused by cart since it got a sidecar',
  cause: { code: 'SVC205', subject: `Service/${NAMESPACE}/cart` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...good, cart: withSidecar(deployment(NAMESPACE, 'cart', { replicas: 2 })) }),
  repaired: objectsOf(good),
  unready: ['cart'],
  inEffect: async (lab) => (await crashes(lab)) && (await ask(lab, NAMESPACE, 'cart')) === 'refused',
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
