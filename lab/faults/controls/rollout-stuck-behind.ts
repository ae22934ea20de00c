// Seen: web answers 200 by its old pod; the new one never starts, and nothing is taken away meanwhile.
import { app, deployment, objectsOf } from '../../breaks/app.ts'
import type { Lab } from '../../lab.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'
import { until } from '../../breaks/until.ts'

const NAMESPACE = 'f-rollout'
const good = app(NAMESPACE)
const rolling = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } }
const patch = [{ op: 'replace', path: '/spec/template/spec/containers/0/image', value: '127.0.0.1:1/lab/shop:2-rc' }]

async function isStuck(lab: Lab): Promise<boolean> {
  const get = ['-n', NAMESPACE, 'get', 'pods', '-l', 'app=cart', '-o', 'jsonpath={.items[*].status.phase}']
  return (await lab.kubectl(get)).split(' ').toSorted().join(' ') === 'Pending Running Running'
}

const cart = deployment(NAMESPACE, 'cart', { replicas: 2 })
const slow = { ...cart, spec: { ...cart.spec, strategy: rolling } }
const base = namespaceFault({
  name: 'rollout-stuck-behind',
  kind: 'control',
  breaks: 'nothing that anybody is served by: a new release of cart never starts, and the old pods go on',
  symptom: 'a Deployment that does not get on, and a Service that is well',
  cause: null,
  namespace: NAMESPACE,
  broken: objectsOf({ ...good, cart: slow }),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})

export default {
  ...base,
  async inject(lab: Lab): Promise<void> {
    if (await isStuck(lab).catch(() => false)) return
    await base.inject(lab)
    await lab.kubectl(['-n', NAMESPACE, 'patch', 'deployment', 'cart', '--type=json', '--patch', JSON.stringify(patch)])
    await until('the new pod waits', () => isStuck(lab))
  },
}
