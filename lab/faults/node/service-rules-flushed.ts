// Seen: on worker-2 a connect to cart's Service ends in silence, one to each of its pods opens; kube-proxy is well, and
// writes the chain again only with all others, once an hour.
import { setTimeout as sleep } from 'node:timers/promises'
import { app, objectsOf } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { nodeNamed } from '../../breaks/node.ts'
import { onNode } from '../../breaks/place.ts'
import { ask, askFrom } from '../../breaks/request.ts'
import { until } from '../../breaks/until.ts'
import { type Lab, LabError } from '../../lab.ts'
import type { Fault } from '../fault.ts'

const NAMESPACE = 'f-flushed'
const NODE = 'worker-2'

const base = namespaceFault({
  name: 'service-rules-flushed',
  kind: 'fault',
  breaks: `somebody flushed the chain of Service cart on ${NODE}, behind kube-proxy's back`,
  symptom: 'on one node cart does not answer, and each of its pods does',
  cause: { code: 'NOD550', subject: `Node/${NODE}` },
  namespace: NAMESPACE,
  // Rules are in kube-proxy's own pod.
  diagnose: ['-n', NAMESPACE, '--conntrack-from', 'kube-proxy'],
  broken: objectsOf(app(NAMESPACE)),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})

/** kube-proxy's chain for the one port of cart. */
async function serviceChain(lab: Lab): Promise<string> {
  const { stdout } = await onNode(lab, nodeNamed(lab, NODE).netns).run(['iptables-save', '-t', 'nat'])
  const line = stdout.split('\n').find((it) => it.includes(`"${NAMESPACE}/cart:http cluster IP" -m tcp`))
  const chain = /-j (KUBE-SVC-\w+)/.exec(line ?? '')?.[1]
  if (chain === undefined) throw new LabError(`${NODE} has no rules for cart`)
  return chain
}

/** A kube-proxy that starts writes all rules. */
async function written(lab: Lab): Promise<void> {
  const which = ['-l', 'k8s-app=kube-proxy', '--field-selector', `spec.nodeName=${NODE}`]
  await lab.kubectl(['-n', 'kube-system', 'delete', 'pod', ...which])
  await lab.kubectl(['-n', 'kube-system', 'rollout', 'status', 'daemonset/kube-proxy', '--timeout=60s'])
}

export default {
  ...base,
  reach: { kind: 'cluster' },
  async inject(lab: Lab): Promise<void> {
    await base.inject(lab)
    // Its pods are ready, and kube-proxy may write the chain once more for one that it has not heard of yet.
    await until(`${NODE} does not reach cart`, async () => {
      await onNode(lab, nodeNamed(lab, NODE).netns).run(['iptables', '-t', 'nat', '-F', await serviceChain(lab)])
      await sleep(3000)
      return (await askFrom(lab, NODE, NAMESPACE, 'cart')) !== 200
    })
  },
  async takeBack(lab: Lab): Promise<void> {
    await written(lab)
    await until(`${NODE} reaches cart`, async () => (await askFrom(lab, NODE, NAMESPACE, 'cart')) === 200)
  },
  async remove(lab: Lab): Promise<void> {
    await written(lab)
    await base.remove(lab)
  },
} satisfies Fault
