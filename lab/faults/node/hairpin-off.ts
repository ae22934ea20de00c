// Seen: web gets no answer from its own Service, and 200 from its own address.
import { app, deployment, objectsOf } from '../../breaks/app.ts'
import { brokenBeside } from '../../breaks/broken-beside.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { nodeNamed } from '../../breaks/node.ts'
import { onNode } from '../../breaks/place.ts'
import { ask } from '../../breaks/request.ts'
import { until } from '../../breaks/until.ts'
import type { Lab } from '../../lab.ts'

const NAMESPACE = 'f-hairpin'
const NODE = 'worker-3'

const base = namespaceFault({
  name: 'hairpin-off',
  kind: 'fault',
  breaks: `the ports of the bridge on ${NODE} have hairpin mode off`,
  symptom: 'web, which calls itself through its own Service, gets no answer; everybody else does',
  cause: { code: 'NOD522', subject: `Pod/${NAMESPACE}/web-*` },
  namespace: NAMESPACE,
  broken: objectsOf({
    ...app(NAMESPACE),
    web: deployment(NAMESPACE, 'web', {
      args: ['-downstream=http://web/ready', '-timeout=2s'],
      pod: { nodeName: NODE },
    }),
  }),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})

/** Of every port of the bridge: the CNI plugin of the lab sets it on each. */
async function set(lab: Lab, mode: 'on' | 'off'): Promise<void> {
  const ports = "bridge link show | sed -n 's/^[0-9]*: \\([^@: ]*\\).* master cni0 .*/\\1/p'"
  const each = `for it in $(${ports}); do bridge link set dev "$it" hairpin ${mode}; done`
  await onNode(lab, nodeNamed(lab, NODE).netns).run(['sh', '-c', each])
}

export default brokenBeside(base, {
  async damage(lab) {
    await set(lab, 'off')
    await until('web does not reach itself', async () => (await ask(lab, NAMESPACE, 'web')) !== 200)
  },
  mend: (lab) => set(lab, 'on'),
})
