import { type Lab, LabError, type LabNode } from '../lab.ts'
import { inPod, type Place, pods } from './place.ts'

export function nodeNamed(lab: Lab, name: string): LabNode {
  const node = lab.nodes.find((it) => it.name === name)
  if (node === undefined) throw new LabError(`the lab has no ${name}`, 'npm run lab -- up --nodes 3')
  return node
}

/**
 * Some pod of that node with an address of its own: what a node itself sends does not take the way that its pods'
 * packets take. Not a probe pod of hopscope's: those come and go.
 */
export async function clientOn(lab: Lab, node: string): Promise<Place> {
  const { podCidr } = nodeNamed(lab, node)
  const start = podCidr.slice(0, podCidr.lastIndexOf('.') + 1)
  for (const namespace of ['default', 'shop', 'kube-system', 'ingress-nginx']) {
    const found = (await pods(lab, namespace, 'app.kubernetes.io/managed-by!=hopscope')).find(
      (pod) => pod.node === node && pod.ip.startsWith(start),
    )
    if (found !== undefined) return inPod(lab, found)
  }
  throw new LabError(`no pod runs on ${node}`)
}
