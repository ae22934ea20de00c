// Seen: on worker-2 a connect to cart's Service ends in silence, one to each of its pods opens; elsewhere both open.
import { app, objectsOf } from '../../breaks/app.ts'
import { brokenBeside } from '../../breaks/broken-beside.ts'
import { addRules, removeRules, type Rule } from '../../breaks/firewall.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { nodeNamed } from '../../breaks/node.ts'
import { onNode } from '../../breaks/place.ts'
import { ask } from '../../breaks/request.ts'
import type { Lab } from '../../lab.ts'

const NAMESPACE = 'f-vip'
const NODE = 'worker-2'
/** Of the range's upper half, which is given out by hand alone. */
const ADDRESS = '198.19.200.77'
const parts = app(NAMESPACE)
const cartService = { ...parts.cartService, spec: { ...parts.cartService.spec, clusterIP: ADDRESS } }
const RULES: readonly Rule[] = [
  { table: 'raw', chain: 'PREROUTING', rule: ['-d', `${ADDRESS}/32`, '-p', 'tcp', '-j', 'DROP'] },
]

const base = namespaceFault({
  name: 'service-address-dropped',
  kind: 'fault',
  breaks: `a rule on ${NODE} drops what goes to the address of Service cart, before the rules of kube-proxy`,
  symptom: 'on one node cart does not answer, and each of its pods does',
  cause: { code: 'SVC207', subject: `Service/${NAMESPACE}/cart` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...parts, cartService }),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})

const here = (lab: Lab) => onNode(lab, nodeNamed(lab, NODE).netns)

export default brokenBeside(base, {
  damage: (lab) => addRules(here(lab), RULES),
  mend: (lab) => removeRules(here(lab), RULES),
})
