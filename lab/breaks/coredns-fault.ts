// A fault that is a change to CoreDNS's own objects. It meets every pod of the cluster.
import type { Lab } from '../lab.ts'
import { restoreCoreDns } from './coredns-manifest.ts'
import type { Fault } from '../faults/fault.ts'
import { until } from './until.ts'

export interface CoreDnsFault extends Pick<Fault, 'name' | 'kind' | 'breaks' | 'symptom' | 'cause'> {
  /** Absent = the cluster's DNS. */
  readonly diagnose?: readonly string[]
  readonly change: (lab: Lab) => Promise<void>
  readonly inEffect: (lab: Lab) => Promise<boolean>
  /** What putting the manifest back does not undo. */
  readonly undo?: (lab: Lab) => Promise<void>
  /** What the look after it is taken back still asks about, and what goes after that. */
  readonly clear?: (lab: Lab) => Promise<void>
}

export function coreDnsFault({ change, inEffect, undo, clear, diagnose = ['dns'], ...told }: CoreDnsFault): Fault {
  const takeBack = async (lab: Lab): Promise<void> => {
    await undo?.(lab)
    await restoreCoreDns(lab)
  }
  return {
    ...told,
    reach: { kind: 'cluster' },
    diagnose,
    async inject(lab) {
      await change(lab)
      await until(`${told.name} is in effect`, () => inEffect(lab))
    },
    takeBack,
    remove:
      clear === undefined
        ? takeBack
        : async (lab) => {
            await takeBack(lab)
            await clear(lab)
          },
  }
}
