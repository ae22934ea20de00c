// Seen: web has 502: the pod of cart, on the same node, answers by its own address, which web did not ask.
import { app, deployment, objectsOf } from '../../breaks/app.ts'
import { brokenBeside } from '../../breaks/broken-beside.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { nodeNamed } from '../../breaks/node.ts'
import { onNode } from '../../breaks/place.ts'
import { ask } from '../../breaks/request.ts'
import { until } from '../../breaks/until.ts'
import type { Lab } from '../../lab.ts'

const NAMESPACE = 'f-bridge'
const NODE = 'worker-2'
const pod = { nodeName: NODE }
const web = ['-downstream=http://cart:8080/', '-timeout=2s']

const base = namespaceFault({
  name: 'bridge-skips-rules',
  kind: 'fault',
  breaks: `net.bridge.bridge-nf-call-iptables is 0 on ${NODE}, as advice for libvirt has it`,
  symptom: 'web does not reach cart, which runs on the same node; by the address of its pod it does',
  cause: { code: 'NOD533', subject: `Node/${NODE}` },
  namespace: NAMESPACE,
  broken: objectsOf({
    ...app(NAMESPACE),
    web: deployment(NAMESPACE, 'web', { args: web, pod }),
    cart: deployment(NAMESPACE, 'cart', { pod }),
  }),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})

/** Each network namespace has its own switch (since Linux 5.3). */
async function set(lab: Lab, value: 0 | 1): Promise<void> {
  const file = '/proc/sys/net/bridge/bridge-nf-call-iptables'
  await onNode(lab, nodeNamed(lab, NODE).netns).run(['sh', '-c', `echo ${value} > ${file}`])
}

export default brokenBeside(base, {
  async damage(lab) {
    await set(lab, 0)
    await until('web does not reach cart', async () => (await ask(lab, NAMESPACE, 'web')) === 502)
  },
  mend: (lab) => set(lab, 1),
})
