// An application that is well, and something that is broken beside it then, on a node: where it was broken from the
// first moment, it never came to be.
import type { Fault } from '../faults/fault.ts'
import type { Lab } from '../lab.ts'

export interface Beside {
  /** Until users notice. */
  readonly damage: (lab: Lab) => Promise<void>
  /** Also where it was never done, or the application is gone. */
  readonly mend: (lab: Lab) => Promise<void>
}

/** `base` is the application, in effect when it is well. */
export function brokenBeside(base: Fault, { damage, mend }: Beside): Fault {
  return {
    ...base,
    reach: { kind: 'cluster' },
    async inject(lab) {
      await base.inject(lab)
      await damage(lab)
    },
    async takeBack(lab) {
      await mend(lab)
      await base.takeBack(lab)
    },
    async remove(lab) {
      await mend(lab)
      await base.remove(lab)
    },
  }
}
