// Seen: every other request takes five seconds; whoever asks the pods gets all answers at once.
import { app, deployment, hostOf, ingress, objectsOf } from '../../breaks/app.ts'
import { controllerPods } from '../../breaks/ingress-controller.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { inPod, type Place, pods } from '../../breaks/place.ts'
import { askIngress } from '../../breaks/request.ts'
import { until } from '../../breaks/until.ts'
import { type Lab, LabError } from '../../lab.ts'
import type { Fault } from '../fault.ts'

const NAMESPACE = 'f-kept'
const nobody = '02:00:00:00:00:99'
const on = (nodeName: string) => ({
  ...app(NAMESPACE),
  web: deployment(NAMESPACE, 'web', { replicas: 2, pod: { nodeName } }),
  ingress: ingress(NAMESPACE),
})

async function controller(lab: Lab): Promise<{ readonly place: Place; readonly node: string }> {
  const [pod] = await controllerPods(lab)
  if (pod === undefined) throw new LabError('no pod of the ingress controller runs')
  return { place: await inPod(lab, pod), node: pod.node }
}

/** A pod beside the controller: to others its packets go by way of the node. */
const healthy = (node: string) =>
  namespaceFault({
    name: 'controller-neighbour-fixed',
    kind: 'fault',
    breaks: 'the network of the ingress controller has a hardware address written in for one pod of web, and wrong',
    symptom: 'requests that the controller sends there first take five seconds more; web and its Service are well',
    cause: { code: 'ING355', subject: `Service/${NAMESPACE}/web` },
    namespace: NAMESPACE,
    diagnose: [`http://${hostOf(NAMESPACE)}/`],
    broken: objectsOf(on(node)),
    inEffect: async (lab) => (await askIngress(lab, NAMESPACE)) === 200,
  })

async function forget(lab: Lab): Promise<void> {
  await (await controller(lab)).place.run(['ip', 'neigh', 'flush', 'dev', 'eth0', 'nud', 'permanent'])
}

const fault: Fault = {
  ...healthy(''),
  reach: { kind: 'cluster' },
  async inject(lab) {
    const { place, node } = await controller(lab)
    await healthy(node).inject(lab)
    const [pod] = await pods(lab, NAMESPACE, 'app=web')
    if (pod === undefined) throw new LabError('no pod of web runs')
    await place.run(['ip', 'neigh', 'replace', pod.ip, 'lladdr', nobody, 'dev', 'eth0', 'nud', 'permanent'])
    await until('a request takes long', async () => {
      const began = performance.now()
      await askIngress(lab, NAMESPACE)
      return performance.now() - began > 4000
    })
  },
  async takeBack(lab) {
    await forget(lab)
    await until('the ingress answers', async () => (await askIngress(lab, NAMESPACE)) === 200)
  },
  async remove(lab) {
    await forget(lab)
    await healthy('').remove(lab)
  },
}

export default fault
