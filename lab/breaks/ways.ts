// The way of pods from one node to those of another.
import type { Lab } from '../lab.ts'
import { clientOn, nodeNamed } from './node.ts'
import { askFrom } from './request.ts'

/**
 * Whether a pod of `from` reaches the bridge of `to`, which has the first address of its pods' range: which pods run
 * there is a matter of the faults before this one.
 */
export async function reachesPodsOf(lab: Lab, from: string, to: string): Promise<boolean> {
  const bridge = nodeNamed(lab, to).podCidr.replace(/0\/24$/, '1')
  const client = await clientOn(lab, from)
  return (await client.run(['busybox', 'ping', '-c', '1', '-W', '1', bridge], { timeoutMs: 3000 })).code === 0
}

/** Twice from each node: what an application held over a way that was closed fails once more. */
export async function shopAnswers(lab: Lab): Promise<boolean> {
  const all = await Promise.all([...lab.nodes, ...lab.nodes].map(({ name }) => askFrom(lab, name, 'shop', 'web')))
  return all.every((it) => it === 200)
}
