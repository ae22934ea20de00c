import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Plan, Step } from './plan.ts'
import { unwritable } from '../unwritable.ts'
import { yamlLines } from '../manifest/diff.ts'

/**
 * The plan's objects as files to commit, for a cluster that is kept in Git: `kind-namespace-name.yaml`, and a list of
 * what must go. For their owner's eyes, as the plan: objects hold what people put into them. Returns the folder.
 */
export async function writeFiles(plan: Plan, parent: string): Promise<string> {
  const folder = join(parent, `plan-${plan.id}`)
  try {
    await writeAll(plan, folder)
  } catch (error) {
    throw unwritable(folder, error, `stand in a folder that can be written; the plan itself is kept, as ${plan.id}`)
  }
  return folder
}

async function writeAll(plan: Plan, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const step of plan.steps) {
    if (step.after !== null)
      await writeFile(join(folder, fileName(step)), `${yamlLines(step.after).join('\n')}\n`, { mode: 0o600 })
  }
  const gone = plan.steps
    .filter((it) => it.verb === 'delete')
    .map((it) => `${it.object.kind} ${it.object.namespace ?? ''}/${it.object.name}`)
  if (gone.length > 0) await writeFile(join(folder, 'remove.txt'), `${gone.join('\n')}\n`, { mode: 0o600 })
}

function fileName({ object }: Step): string {
  return `${[object.kind.toLowerCase(), object.namespace, object.name].filter((it) => it !== null).join('-')}.yaml`
}
