// A person's place of work: plans and journals of its own, so that what is tried at one is unknown at the others.
import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Lab } from '../lab.ts'
import { hopscope, type Ran, type RunOptions } from './hopscope.ts'

export interface Desk {
  /** Makes a plan; throws with what was printed when there is none. */
  plan(args: readonly string[]): Promise<Ran>
  /** Of the plan that was made or copied last. */
  id(): string
  run(args: readonly string[], options?: Partial<RunOptions>): Promise<Ran>
  /** Another desk with the same plan, as yet untouched. */
  copy(folder: string): Promise<Desk>
}

export async function desk(lab: Lab, folder: string, known = ''): Promise<Desk> {
  const plans = (at: string): string => join(at, 'hopscope', 'plans')
  await mkdir(plans(folder), { recursive: true })
  let id = known
  const run: Desk['run'] = (args, options = {}) =>
    hopscope(args, { kubeconfig: lab.kubeconfig, ...options, env: { XDG_STATE_HOME: folder, ...options.env } })
  return {
    run,
    id: () => id,
    async plan(args) {
      const ran = await run(args)
      const made = /^Plan ([0-9a-f]{16})/m.exec(ran.stdout)?.[1]
      if (made === undefined) throw new Error(`no plan was made: ${both(ran)}`)
      id = made
      return ran
    },
    async copy(other) {
      const made = await desk(lab, other, id)
      await copyFile(join(plans(folder), `${id}.json`), join(plans(other), `${id}.json`))
      return made
    },
  }
}

export function both(ran: Ran): string {
  return `exit ${ran.code}\n${ran.stdout}${ran.stderr}`
}

/** Without a question, and without the measuring afterwards. */
export const applying = (at: Desk, ...more: readonly string[]): readonly string[] => [
  'fix',
  '--apply',
  at.id(),
  '--yes-context',
  'hopscope-lab',
  '--no-verify-after',
  ...more,
]
