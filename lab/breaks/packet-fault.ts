// A healthy application in a namespace of its own, and rules on a node that stand in the way of its packets.
import type { Lab } from '../lab.ts'
import type { Fault } from '../faults/fault.ts'
import type { KubernetesObject } from './app.ts'
import { addRules, removeRules, type Rule } from './firewall.ts'
import { namespaceFault } from './namespace-fault.ts'
import { onNode, pods, type RunningPod } from './place.ts'
import { until } from './until.ts'

export interface PacketFault extends Pick<Fault, 'name' | 'breaks' | 'symptom' | 'cause' | 'reach'> {
  readonly namespace: string
  readonly objects: readonly KubernetesObject[]
  readonly diagnose?: readonly string[]
  readonly healthy: (lab: Lab) => Promise<boolean>
  /** On the node that they stand on; the namespace's pods are there by then. */
  readonly rules: (pods: readonly RunningPod[]) => readonly RulesOn[]
  readonly inEffect: (lab: Lab) => Promise<boolean>
}

export interface RulesOn {
  readonly node: string
  readonly rules: readonly Rule[]
}

export function packetFault(it: PacketFault): Fault {
  const { namespace, rules } = it
  const app = namespaceFault({ ...it, kind: 'fault', broken: it.objects, inEffect: it.healthy })
  const placed = async (lab: Lab): Promise<readonly RulesOn[]> => rules(await pods(lab, namespace, ''))
  const takeBack = async (lab: Lab): Promise<void> => {
    for (const { node, rules: those } of await placed(lab)) await removeRules(onNode(lab, node), those)
  }
  return {
    ...app,
    reach: it.reach,
    async inject(lab) {
      await app.inject(lab)
      for (const { node, rules: those } of await placed(lab)) await addRules(onNode(lab, node), those)
      await until(`${it.name} is in effect`, () => it.inEffect(lab))
    },
    async takeBack(lab) {
      await takeBack(lab)
      await app.takeBack(lab)
    },
    async remove(lab) {
      await takeBack(lab)
      await app.remove(lab)
    },
  }
}
