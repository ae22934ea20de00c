import { ToolError } from '../../tool-error.ts'
import { askLine } from './ask-line.ts'

/** Where questions are asked: the process's own, or a test's. */
export interface Desk {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly output: NodeJS.WritableStream
}

export const ownDesk: Desk = { input: process.stdin, output: process.stderr }

export interface Confirmation {
  readonly prompt: string
  /** `--yes` was given: nobody is asked. */
  readonly yes: boolean
  /** What a script can do instead. */
  readonly hint: string
}

/** Whether a person says `y` or `yes`; anything else, an end of input and Ctrl-C are no. */
export async function confirmed(it: Confirmation, signal: AbortSignal, desk: Desk = ownDesk): Promise<boolean> {
  if (it.yes) return true
  refuseWithoutTerminal(it.hint, desk)
  return /^y(es)?$/i.test((await askLine(it.prompt, signal, desk.input, desk.output)) ?? '')
}

/** Said before anything is begun that would have to be asked about. */
export function refuseWithoutTerminal(hint: string, { input }: Desk = ownDesk): void {
  if (input.isTTY !== true) throw new ToolError('usage', 'there is no terminal to ask on', hint)
}
