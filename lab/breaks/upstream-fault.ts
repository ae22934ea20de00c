// A fault that is a change of the upstream server's mind.
import type { Lab } from '../lab.ts'
import type { Fault } from '../faults/fault.ts'
import { until } from './until.ts'
import { asItWas, upstreamAnswers, upstreamIsWell } from './upstream.ts'

export interface UpstreamFault extends Pick<Fault, 'name' | 'breaks' | 'symptom' | 'cause'> {
  readonly corefile: string
  readonly inEffect: (lab: Lab) => Promise<boolean>
  /** What has to be right again beside the upstream's own answers. */
  readonly gone?: (lab: Lab) => Promise<boolean>
}

export function upstreamFault({ corefile, inEffect, gone, ...rest }: UpstreamFault): Fault {
  const takeBack = async (lab: Lab): Promise<void> => {
    await asItWas(lab)
    await until(
      'the upstream answers as before',
      async () => (await upstreamIsWell(lab)) && (gone === undefined || (await gone(lab))),
    )
  }
  return {
    ...rest,
    kind: 'fault',
    reach: { kind: 'cluster' },
    diagnose: ['dns'],
    async inject(lab) {
      await upstreamAnswers(lab, corefile)
      await until(`${rest.name} is in effect`, () => inEffect(lab))
    },
    takeBack,
    remove: takeBack,
  }
}
