// Seen: one pod of cart is Terminating for as long as its finalizer stays; the others answer.
import { app, objectsOf, SHOP_IMAGE } from '../../breaks/app.ts'
import type { Lab } from '../../lab.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'
import { until } from '../../breaks/until.ts'

const NAMESPACE = 'f-ending'
const NAME = 'cart-old'
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: NAME, namespace: NAMESPACE, labels: { app: 'cart' }, finalizers: ['lab.hopscope/keep'] },
  spec: {
    terminationGracePeriodSeconds: 1,
    containers: [{ name: 'cart', image: SHOP_IMAGE, imagePullPolicy: 'IfNotPresent', args: ['-name=cart'] }],
  },
}
const base = namespaceFault({
  name: 'pod-never-ends',
  kind: 'control',
  breaks: 'nothing: an old pod of cart is held by a finalizer, and gets no traffic',
  symptom: 'a pod that is Terminating since yesterday',
  cause: null,
  namespace: NAMESPACE,
  broken: objectsOf(app(NAMESPACE)),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})

async function letGo(lab: Lab): Promise<void> {
  const free = ['--type=merge', '--patch', '{"metadata":{"finalizers":null}}']
  await lab.kubectl(['-n', NAMESPACE, 'patch', 'pod', NAME, ...free]).catch(() => undefined)
}

export default {
  ...base,
  async inject(lab: Lab): Promise<void> {
    await base.inject(lab)
    await lab.kubectl(['apply', '-f', '-'], JSON.stringify(pod))
    const get = ['-n', NAMESPACE, 'get', 'pod', NAME, '-o']
    await until('the old pod runs', async () => (await lab.kubectl([...get, 'jsonpath={.status.phase}'])) === 'Running')
    await lab.kubectl(['-n', NAMESPACE, 'delete', 'pod', NAME, '--wait=false'])
    const ended = 'jsonpath={.metadata.deletionTimestamp}'
    await until('the old pod is to end', async () => (await lab.kubectl([...get, ended])) !== '')
  },
  async takeBack(lab: Lab): Promise<void> {
    await letGo(lab)
    await base.takeBack(lab)
  },
  async remove(lab: Lab): Promise<void> {
    await letGo(lab)
    await base.remove(lab)
  },
}
