import { type Command, Option } from 'commander'
import { ToolError } from '../../tool-error.ts'
import { type ClusterFlags, clusterFlags } from '../flags/cluster.ts'
import { type ProbeFlags, probeFlags } from '../flags/probe.ts'
import { repeated, seconds } from '../flags/values.ts'

export interface FixFlags extends ClusterFlags, ProbeFlags {
  readonly plan?: boolean
  readonly apply?: string
  readonly verify?: string
  readonly undo?: string
  readonly remedy?: string
  readonly subject?: readonly string[]
  readonly value?: readonly string[]
  readonly remedyImage?: string
  readonly force?: boolean
  readonly yes?: boolean
  readonly yesContext?: string
  readonly rolloutTimeout: number
  readonly verbose?: boolean
}

export function fixFlags(command: Command): Command {
  return probeFlags(clusterFlags(command))
    .argument(
      '[code]',
      'the finding to fix: DNS101, or dns/parallel-lookup-drop; a list of what could be done when absent',
    )
    .option('--plan', 'work out what would change, and write it to a plan file; changes nothing')
    .option('--apply <plan>', 'apply a plan, or go on with one that was cut off')
    .option('--verify <plan>', 'run the checks that a plan names again, and compare')
    .option('--undo <plan>', 'put every field that a plan changed back as it was')
    .option('--remedy <id>', 'which remedy, where there are several')
    .addOption(
      repeated(
        '--subject <object>',
        'Kind/namespace/name: which finding, or which workload to change; may be repeated',
      ),
    )
    .addOption(
      repeated(
        '--value <text>',
        'what only you can know, where a remedy asks for it: the address of an upstream; may be repeated',
      ),
    )
    .option('--remedy-image <image>', 'image of what the remedy installs, for a registry of your own')
    .option(
      '--force',
      'undo also in fields that someone else changed since: shows them, and asks for the name of the context',
    )
    .option('--yes', 'do not ask (only for plans that take nothing away and restart nothing)')
    .option('--yes-context <name>', 'do not ask; the name must be that of the context')
    .option('--no-verify-after', 'do not verify after --apply')
    .addOption(
      new Option('--rollout-timeout <seconds>', 'wait this long for each rollout').default(180).argParser(seconds),
    )
    .option('-v, --verbose', 'whole manifests of what would be added')
}

/** Returns 0, 1, 2 or 130. */
export async function fixCommand(
  code: string | null,
  flags: FixFlags & { readonly verifyAfter?: boolean },
): Promise<number> {
  const { apply, undo, verify } = flags
  const wanted = [flags.plan === true, apply !== undefined, verify !== undefined, undo !== undefined].filter(
    Boolean,
  ).length
  if (wanted > 1)
    throw new ToolError('usage', '--plan, --apply, --verify and --undo are one at a time', 'hopscope fix --help')
  const runs = await import('./run.ts')
  if (apply !== undefined) return runs.applyCommand(apply, flags, flags.verifyAfter !== false)
  if (undo !== undefined) return runs.undoCommand(undo, flags)
  if (verify !== undefined) return runs.verifyCommand(verify, flags)
  const plans = await import('./plan.ts')
  if (code === null && flags.plan === true)
    throw new ToolError('usage', '--plan needs the code of a finding', 'hopscope fix lists what could be done')
  return code === null || flags.plan !== true ? plans.listCommand(code, flags) : plans.planCommand(code, flags)
}
