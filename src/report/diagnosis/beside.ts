import type { RuleUse } from '../../findings/beside.ts'
import { some } from '../../phrases.ts'
import type { DiagnosisJson } from './json.ts'
import { nameOf } from '../name.ts'

type Short = NonNullable<DiagnosisJson['baseline']>['gone'][number]

/** As many are named of each kind. */
const most = 5

const states: Readonly<Record<Exclude<RuleUse['state'], 'used'>, string>> = {
  stale: 'matches nothing any more: take it out',
  expired: 'is over, and ignores nothing: look again, or give it another day',
  'not-judged': 'could not be judged: its check could not tell, or did not run',
}

/** What became of an earlier run's findings, and of each rule that leaves some out: words for every report. */
export function besideWords(it: Pick<DiagnosisJson, 'baseline' | 'ignoreRules' | 'findings'>): readonly string[] {
  return [...baselineWords(it), ...(it.ignoreRules ?? []).map(ruleWords)]
}

function baselineWords({ baseline, findings }: Pick<DiagnosisJson, 'baseline' | 'findings'>): readonly string[] {
  if (baseline === undefined) return []
  const of = (ids: readonly string[]): readonly Short[] => findings.filter((it) => ids.includes(it.id))
  const line = (word: string, its: readonly Short[]): string =>
    its.length === 0 ? '' : `, ${its.length} ${word} (${some(its.map(named), most)})`
  const parts = [
    line('new', of(baseline.new)),
    line('still', of(baseline.still)),
    line('gone', baseline.gone),
    line('not looked for', baseline.unjudged),
  ].join('')
  return [`since ${baseline.started}, ${baseline.run}: ${parts === '' ? 'nothing then, nothing now' : parts.slice(2)}`]
}

function named({ code, subject }: Short): string {
  return `${code} ${nameOf(subject)}`
}

function ruleWords({ code, subject, reason, until, state, findings }: RuleUse): string {
  const what = `${code}${subject === null ? '' : `=${subject}`}`
  if (state === 'used')
    return `ignored: ${findings} of ${what}, since: ${reason}${until === null ? '' : ` (until ${until})`}`
  return `ignored: ${what} ${states[state]}${state === 'expired' ? ` (until ${until ?? ''})` : ''}`
}
