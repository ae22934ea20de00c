// Seen: web gets 502, cart is ready, and pods of other nodes have 200 from it.
import { app, deployment, objectsOf } from '../../breaks/app.ts'
import { brokenBeside } from '../../breaks/broken-beside.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { nodeNamed } from '../../breaks/node.ts'
import { onNode, pods } from '../../breaks/place.ts'
import { ask } from '../../breaks/request.ts'
import { until } from '../../breaks/until.ts'
import type { Lab } from '../../lab.ts'

const NAMESPACE = 'f-beside'
const NODE = 'worker-3'
const pod = { nodeName: NODE }
const TABLE = 'hardening'

const base = namespaceFault({
  name: 'bridge-drops-beside',
  kind: 'fault',
  breaks: `rules for bridged packets on ${NODE} drop TCP from one pod of that node to another`,
  symptom: 'web does not reach cart, which runs on the same node; web of other nodes would',
  cause: { code: 'NOD554', subject: `Node/${NODE}` },
  namespace: NAMESPACE,
  broken: objectsOf({
    ...app(NAMESPACE),
    web: deployment(NAMESPACE, 'web', { args: ['-downstream=http://cart:8080/', '-timeout=2s'], pod }),
    cart: deployment(NAMESPACE, 'cart', { pod }),
  }),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})

async function open(lab: Lab): Promise<void> {
  await onNode(lab, nodeNamed(lab, NODE).netns).run([
    'sh',
    '-c',
    `nft delete table bridge ${TABLE} 2> /dev/null || true`,
  ])
}

export default brokenBeside(base, {
  async damage(lab) {
    const [web] = await pods(lab, NAMESPACE, 'app=web')
    const range = (web?.ip ?? '').replace(/\.\d+$/, '.0/24')
    const rule = `ip saddr ${range} ip daddr ${range} ip protocol tcp counter drop`
    const chain = '{ type filter hook forward priority 0; }'
    const rules = `add table bridge ${TABLE}; add chain bridge ${TABLE} f ${chain}; add rule bridge ${TABLE} f ${rule}`
    await onNode(lab, nodeNamed(lab, NODE).netns).run(['nft', rules])
    await until('web does not reach cart', async () => (await ask(lab, NAMESPACE, 'web')) !== 200)
  },
  mend: open,
})
