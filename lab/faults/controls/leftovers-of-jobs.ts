// Seen: web answers 200 beside a Job that failed twice, a pod that somebody ran by hand, and an evicted one.
import { app, objectsOf, SHOP_IMAGE } from '../../breaks/app.ts'
import type { Lab } from '../../lab.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-leftovers'
const container = {
  name: 'task',
  image: SHOP_IMAGE,
  imagePullPolicy: 'IfNotPresent',
  resources: { requests: { cpu: '2m', memory: '12Mi' }, limits: { memory: '64Mi' } },
}
const metadata = { labels: { app: 'cart' } }
const failing = { restartPolicy: 'Never', containers: [{ ...container, args: ['-no-such-flag'] }] }
const job = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'import', namespace: NAMESPACE },
  spec: { backoffLimit: 0, template: { metadata, spec: failing } },
}
const byHand = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'cart-debug', namespace: NAMESPACE, labels: { app: 'cart' } },
  spec: { restartPolicy: 'Never', containers: [{ ...container, args: ['-lifetime=1s'] }] },
}

async function phases(lab: Lab): Promise<string> {
  const path = '{.items[*].status.phase}'
  return lab.kubectl(['-n', NAMESPACE, 'get', 'pods', '-l', 'app=cart', '-o', `jsonpath=${path}`])
}

export default namespaceFault({
  name: 'leftovers-of-jobs',
  kind: 'control',
  breaks: 'nothing: pods that failed and pods that ended bear the labels of Service cart',
  symptom: 'pods in state Error under the selector of a Service',
  cause: null,
  namespace: NAMESPACE,
  broken: objectsOf({ ...app(NAMESPACE), job, byHand }),
  async inEffect(lab) {
    const all = (await phases(lab)).split(' ').toSorted().join(' ')
    return all === 'Failed Running Running Succeeded' && (await ask(lab, NAMESPACE, 'web')) === 200
  },
})
