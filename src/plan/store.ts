import { constants } from 'node:fs'
import { open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { canonical } from '../manifest/canonical.ts'
import { ToolError } from '../tool-error.ts'
import { notOf } from './allowed.ts'
import { idOf, type Plan } from './plan.ts'
import { noFollow, ownFolder, stateFolder } from './state-folder.ts'
import { unwritable } from '../unwritable.ts'
import { isPlan } from './stored.ts'

/** A pipe is open at once, to be seen as one: else whoever puts one there stops the run for good. */
const noWait = constants.O_NONBLOCK ?? 0

/** Where plans and their journals are kept. */
export function plansFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return join(stateFolder(env), 'plans')
}

/**
 * Readable by its owner alone: a plan holds whole objects. On the disk, then renamed into place: nobody else has the
 * former objects.
 */
export async function savePlan(plan: Plan, folder: string): Promise<string> {
  await ownFolder(folder)
  const file = join(folder, `${plan.id}.json`)
  try {
    await rm(`${file}.new`, { force: true })
    const handle = await open(
      `${file}.new`,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | noFollow,
      0o600,
    )
    try {
      await handle.writeFile(`${canonical(plan)}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(`${file}.new`, file)
  } catch (error) {
    throw unwritable(`plan ${file}`, error)
  }
  return file
}

/** By its whole id. Throws ToolError for one that is not there, is not one, or was edited. */
export async function loadPlan(name: string, folder: string, remedies: 'known' | 'any' = 'known'): Promise<Plan> {
  if (!/^[0-9a-f]{16}$/.test(name))
    throw new ToolError(
      'usage',
      `\`${name}\` is no plan's id`,
      'an id has 16 letters of 0-9 and a-f; a plan is made by: hopscope fix CODE --plan',
    )
  const id = (await idsIn(folder)).find((it) => it === name)
  if (id === undefined)
    throw new ToolError('not-found', `no plan \`${name}\` in ${folder}`, 'make one: hopscope fix CODE --plan')
  await ownFolder(folder)
  const plan = parse(await textOf(join(folder, `${id}.json`)))
  if (plan === null || plan.id !== id)
    throw new ToolError(
      'bad-file',
      `${join(folder, `${id}.json`)} is not the plan that was made`,
      'it was edited or cut off; make a new one: hopscope fix CODE --plan',
    )
  const forged = remedies === 'known' ? notOf(plan) : null
  if (forged !== null)
    throw new ToolError(
      'bad-file',
      `plan ${id} is none that hopscope made: ${forged}`,
      `do not apply it; see who wrote ${join(folder, `${id}.json`)}`,
    )
  return plan
}

async function textOf(file: string): Promise<string> {
  const handle = await open(file, constants.O_RDONLY | noFollow | noWait).catch((error: unknown) => {
    throw new ToolError(
      'bad-file',
      `${file} can't be read: ` +
        (error instanceof Error && 'code' in error && error.code === 'ELOOP' ? 'it is a link' : String(error)),
      'make a new plan: hopscope fix CODE --plan',
      error,
    )
  })
  try {
    if (!(await handle.stat()).isFile())
      throw new ToolError(
        'bad-file',
        `${file} can't be read: it is no file`,
        'make a new plan: hopscope fix CODE --plan',
      )
    return await handle.readFile('utf8')
  } finally {
    await handle.close()
  }
}

async function idsIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).flatMap((it) => /^([0-9a-f]{16})\.json$/.exec(it)?.[1] ?? [])
  } catch {
    return []
  }
}

function parse(text: string): Plan | null {
  try {
    const value: unknown = JSON.parse(text)
    // What is nested without end has no hash, and is no plan.
    return isPlan(value) && idOf(value) === value.id ? value : null
  } catch {
    return null
  }
}
