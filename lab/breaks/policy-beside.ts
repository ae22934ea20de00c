// A policy of another namespace, such as that of the DNS servers, beside the application that it meets: it comes before
// the application, and goes before that is looked at again.
import type { Lab } from '../lab.ts'
import type { Fault } from '../faults/fault.ts'
import type { KubernetesObject } from './app.ts'

export interface Beside {
  readonly namespace: string
  readonly name: string
  readonly policy: KubernetesObject
}

/** It meets every namespace. */
export function withPolicy(base: Fault, { namespace, name, policy }: Beside): Fault {
  const remove = async (lab: Lab): Promise<void> => {
    await lab.kubectl(['-n', namespace, 'delete', 'networkpolicy', name, '--ignore-not-found'])
  }
  return {
    ...base,
    reach: { kind: 'cluster' },
    async inject(lab) {
      await lab.kubectl(['apply', '-f', '-'], JSON.stringify(policy))
      await base.inject(lab)
    },
    async takeBack(lab) {
      await remove(lab)
      await base.takeBack(lab)
    },
    async remove(lab) {
      await remove(lab)
      await base.remove(lab)
    },
  }
}
