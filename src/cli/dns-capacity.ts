import type { LoadStep } from '../model/load.ts'
import { type Run, runOf } from '../report/diagnosis/json.ts'
import { capacityAnswer, loadAnswer } from '../report/dns/capacity-json.ts'
import { capacityExitCode, capacityText } from '../report/dns/dns-capacity.ts'
import { loadExitCode, loadText } from '../report/dns/dns-load.ts'
import { type CapacityAnswer, type CapacityAsk, type CapacityEvent, capacityOf } from '../session/capacity/capacity.ts'
import { type DocumentFormat, serialised } from '../report/formats/formats.ts'
import type { Colour } from './terminal/look.ts'
import { confirmed } from './terminal/confirm.ts'
import { terminalPaint } from './terminal/look.ts'
import { onTerminal } from './terminal/on-terminal.ts'
import { say, tell } from './terminal/say.ts'
import { stopwatch } from '../stopwatch.ts'

type LoadStepEvent = Extract<CapacityEvent, { kind: 'load-step' }>

export type CapacityFlags = CapacityAsk & {
  readonly output: 'text' | DocumentFormat
  readonly color: Colour
  readonly yes?: boolean
}

/** `hopscope dns capacity`: reads only, unless `--load` names a rate. Returns 0, 1, 2 or 130. */
export function capacityCommand(flags: CapacityFlags): Promise<number> {
  const question = {
    prompt: 'Start? Type yes: ',
    yes: flags.yes === true,
    hint: '--yes, if you have read what it will do',
  }
  const confirm = (signal: AbortSignal): Promise<boolean> => confirmed(question, signal)
  const watch = stopwatch()
  return onTerminal<CapacityAnswer, LoadStepEvent>((caller) => capacityOf(flags, { ...caller, confirm }), {
    quiet: flags.output !== 'text',
    nothingLeft: 'whatever was started in the cluster is removed',
    also: ({ step }, progress) => progress.step(stepLine(step)),
    print: (answer) => print(answer, flags, runOf(watch)),
  })
}

function print(answer: CapacityAnswer, { output, color }: CapacityFlags, run: Run): number {
  if (answer.kind === 'declined') {
    tell('not confirmed; nothing was started')
    return 2
  }
  const paint = terminalPaint(process.stdout, color)
  if (answer.kind === 'read') {
    const { capacity } = answer
    if (output !== 'text') process.stdout.write(serialised(output, capacityAnswer(capacity, run)))
    else say(...capacityText(capacity, paint), 'Read only: nothing was loaded. --load RATE measures the ceiling.')
    return capacityExitCode(capacity)
  }
  const { steps, end, target } = answer
  if (output !== 'text') process.stdout.write(serialised(output, loadAnswer(answer, run)))
  else say(...loadText(steps, end, target, paint))
  return loadExitCode(end)
}

function stepLine({ asked, load, canary }: LoadStep): string {
  return asked === 0
    ? 'looked at the servers before any load'
    : `${asked} queries/s: p99 ${load.p99} ms, canary ${canary.p99} ms, ${load.lost + canary.lost} lost`
}
