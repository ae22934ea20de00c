import type { Asking, Question } from '../../session/fix/run.ts'
import { ToolError } from '../../tool-error.ts'
import { askLine } from '../terminal/ask-line.ts'
import { type Desk, ownDesk, refuseWithoutTerminal } from '../terminal/confirm.ts'

/** What was agreed to on the command line. */
export interface Consent {
  readonly yes?: boolean
  readonly yesContext?: string
}

/** How a run is confirmed, by its flags or by a person. */
export function asker(flags: Consent, desk: Desk = ownDesk): (question: Question) => Asking {
  return (question) => {
    const asking = confirmation(question, flags, desk)
    return (differs) => {
      if (differs) mustBeAsked(flags)
      return asking()
    }
  }
}

/** A person may take what an admission webhook makes of a plan; a script has not seen it. */
function mustBeAsked({ yes, yesContext }: Consent): void {
  if (yes !== true && yesContext === undefined) return
  throw new ToolError(
    'usage',
    'the API server would store something else than was planned. Nothing was written',
    'if that is right, apply it on a terminal, where it is asked; else see: kubectl get mutatingwebhookconfigurations',
  )
}

const prompts = { apply: 'Apply to', undo: 'Undo in', 'take-back': 'Take that back in' } as const

/** Checked before anything is sent, so that a script learns at once what it lacks. */
function confirmation({ what, plan, context, signal }: Question, flags: Consent, desk: Desk): () => Promise<boolean> {
  if (flags.yesContext !== undefined) {
    if (flags.yesContext !== context)
      throw new ToolError('usage', `--yes-context names \`${flags.yesContext}\`, and this is context \`${context}\``)
    return () => Promise.resolve(true)
  }
  // For what takes others' work away `--yes` is not enough, whatever the plan.
  if (flags.yes === true && what !== 'take-back') {
    if (plan.applicability !== 'safe')
      throw new ToolError(
        'usage',
        `plan ${plan.id} is a matter of judgement (${plan.risk.level} risk: ${plan.risk.why}), ` +
          'so --yes does not apply it',
        `--yes-context ${context}, if you have read it`,
      )
    return () => Promise.resolve(true)
  }
  refuseWithoutTerminal(`--yes-context ${context}, if you have read the plan`, desk)
  const prompt = `${prompts[what]} context ${context}? Type the context name: `
  return async () => (await askLine(prompt, signal, desk.input, desk.output)) === context
}
