// Seen: one request in three says 503 after 2 s, with "No server is available" by HAProxy; each node's port answers.
import { app, hostOf, ingress, objectsOf } from '../../breaks/app.ts'
import { addRules, removeRules, type Rule } from '../../breaks/firewall.ts'
import { loadBalancerFault, wellMade } from '../../breaks/load-balancer.ts'
import { onNode } from '../../breaks/place.ts'
import { INGRESS_PORT, LOAD_BALANCER } from '../../plan.ts'

const NAMESPACE = 'f-lbnode'
const NODE = 'worker-3'
const to = ['-s', `${LOAD_BALANCER.ip}/32`, '-p', 'tcp', '-m', 'tcp', '--dport', String(INGRESS_PORT)]
const rules: readonly Rule[] = [{ table: 'raw', chain: 'PREROUTING', rule: [...to, '-j', 'DROP'] }]

export default loadBalancerFault({
  name: 'lb-node-down',
  kind: 'fault',
  breaks: `the load balancer does not reach ${NODE}, and does not check whether it does`,
  symptom: `one in three requests for http://${hostOf(NAMESPACE)}/ fails`,
  cause: { code: 'ING350', subject: `Ingress/${NAMESPACE}/web` },
  namespace: NAMESPACE,
  broken: objectsOf({ ...app(NAMESPACE), ingress: ingress(NAMESPACE) }),
  balancer: { ...wellMade, check: null },
  complains: (statuses) => statuses.includes(200) && statuses.includes(503),
  before: (lab) => addRules(onNode(lab, NODE), rules),
  after: (lab) => removeRules(onNode(lab, NODE), rules),
})
