// Seen: 504 and 502 by the controller, for pods that were replaced since; it is ready all the while, and its log says
// `Failed to watch` after half a minute.
import type { Lab } from '../../lab.ts'
import { CONTROL_PLANE } from '../../plan.ts'
import { app, hostOf, ingress, objectsOf } from '../../breaks/app.ts'
import { addRules, removeRules, type Rule } from '../../breaks/firewall.ts'
import { controllerPods } from '../../breaks/ingress-controller.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { onNode } from '../../breaks/place.ts'
import { askIngress } from '../../breaks/request.ts'
import { until } from '../../breaks/until.ts'
import type { Fault } from '../fault.ts'

const NAMESPACE = 'f-deaf'

/**
 * Where the Service `kubernetes` leads, from the controller's address: a reset ends what is open, and nothing opens.
 */
function rules(ip: string): readonly Rule[] {
  const to = ['-s', `${ip}/32`, '-d', `${CONTROL_PLANE.ip}/32`, '-p', 'tcp', '-m', 'tcp', '--dport', '6443']
  return [{ table: 'filter', chain: 'FORWARD', rule: [...to, '-j', 'REJECT', '--reject-with', 'tcp-reset'] }]
}

async function everywhere(lab: Lab, change: typeof addRules): Promise<void> {
  const [controller] = await controllerPods(lab)
  if (controller === undefined) return
  for (const node of lab.nodes) await change(onNode(lab, node.netns), rules(controller.ip))
}

const healthy = async (lab: Lab): Promise<boolean> => (await askIngress(lab, NAMESPACE)) === 200

const whole = namespaceFault({
  name: 'ingress-controller-cut-off',
  kind: 'fault',
  breaks: 'the ingress controller does not reach the API server, and the pods behind an Ingress were replaced since',
  symptom: `502 or 504 from http://${hostOf(NAMESPACE)}/; the pods are ready, the Service answers`,
  cause: { code: 'ING324', subject: 'Pod/ingress-nginx/*' },
  namespace: NAMESPACE,
  broken: objectsOf({ ...app(NAMESPACE), ingress: ingress(NAMESPACE) }),
  inEffect: healthy,
})

async function logsTheLoss(lab: Lab): Promise<boolean> {
  const [controller] = await controllerPods(lab)
  if (controller === undefined) return false
  const log = await lab.kubectl(['-n', controller.namespace, 'logs', controller.name, '--since=2m'])
  return /[Ff]ailed to (?:watch|list) \*/.test(log)
}

const fault: Fault = {
  ...whole,
  reach: { kind: 'cluster' },
  async inject(lab) {
    await whole.inject(lab)
    await everywhere(lab, addRules)
    // Its client waits longer and longer between tries: a minute and a half on a quiet machine.
    await until('the controller says that it hears nothing', () => logsTheLoss(lab), { seconds: 180 })
    await lab.kubectl(['-n', NAMESPACE, 'delete', 'pods', '-l', 'app=web', '--wait=true'])
    await lab.kubectl(['-n', NAMESPACE, 'rollout', 'status', 'deployment/web', '--timeout=60s'])
    await until('the Ingress fails', async () => !(await healthy(lab)))
  },
  async takeBack(lab) {
    await everywhere(lab, removeRules)
    await whole.takeBack(lab)
  },
  async remove(lab) {
    await everywhere(lab, removeRules)
    await whole.remove(lab)
  },
}

export default fault
