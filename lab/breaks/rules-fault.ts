// A fault that is a few firewall rules, and nothing else: put in, seen to work, taken out, seen to be gone.
import type { Lab } from '../lab.ts'
import type { Fault } from '../faults/fault.ts'
import { addRules, removeRules, type Rule } from './firewall.ts'
import type { Place } from './place.ts'
import { until } from './until.ts'

export interface RulesAt {
  readonly place: Place
  readonly rules: readonly Rule[]
}

export interface RulesFault extends Pick<Fault, 'name' | 'breaks' | 'symptom' | 'cause' | 'reach' | 'diagnose'> {
  readonly at: (lab: Lab) => Promise<readonly RulesAt[]>
  /** Where the rules may stand, when that is more than where they are put: pods come and go. */
  readonly clear?: (lab: Lab) => Promise<readonly RulesAt[]>
  readonly inEffect: (lab: Lab) => Promise<boolean>
  readonly gone: (lab: Lab) => Promise<boolean>
}

export function rulesFault(it: RulesFault): Fault {
  const takeBack = async (lab: Lab): Promise<void> => {
    for (const { place, rules } of await (it.clear ?? it.at)(lab)) await removeRules(place, rules)
    await until(`${it.name} is gone`, () => it.gone(lab))
  }
  return {
    name: it.name,
    kind: 'fault',
    breaks: it.breaks,
    symptom: it.symptom,
    cause: it.cause,
    reach: it.reach,
    diagnose: it.diagnose,
    async inject(lab) {
      for (const { place, rules } of await it.at(lab)) await addRules(place, rules)
      await until(`${it.name} is in effect`, () => it.inEffect(lab))
    },
    takeBack,
    remove: takeBack,
  }
}

/** The same rule for UDP and for TCP, both for port 53. */
export function both(of: (protocol: 'udp' | 'tcp') => Rule): readonly Rule[] {
  return (['udp', 'tcp'] as const).map(of)
}

export const toPort53 = (protocol: 'udp' | 'tcp'): readonly string[] => [
  '-p',
  protocol,
  '-m',
  protocol,
  '--dport',
  '53',
]
