import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { canonical } from '../snapshot/canonical.ts'
import { ToolError } from '../tool-error.ts'
import { idOf, type Plan, planSchema } from './plan.ts'

/** Where plans and their journals are kept. */
export function plansFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const state = env['XDG_STATE_HOME']
  return join(state === undefined || state === '' ? join(homedir(), '.local', 'state') : state, 'hopscope', 'plans')
}

/** Readable by its owner alone: a plan holds whole objects. On the disk, then renamed into place: nobody else has the former objects. */
export async function savePlan(plan: Plan, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, `${plan.id}.json`)
  await writeFile(`${file}.new`, `${canonical(plan)}\n`, { mode: 0o600, flush: true })
  await rename(`${file}.new`, file)
  return file
}

/** By id, or by the first four letters of it or more. Throws ToolError for one that is not there, is not one, or was edited. */
export async function loadPlan(name: string, folder: string): Promise<Plan> {
  if (!/^[0-9a-f]{4,8}$/.test(name)) throw new ToolError('usage', `\`${name}\` is no plan's id`, 'an id has 8 letters of 0-9 and a-f; a plan is made by: hopscope fix CODE --plan')
  const ids = (await idsIn(folder)).filter((it) => it.startsWith(name))
  if (ids.length > 1) throw new ToolError('usage', `several plans begin with \`${name}\`: ${ids.join(', ')}`, 'name one of them in full')
  const [id] = ids
  if (id === undefined) throw new ToolError('not-found', `no plan \`${name}\` in ${folder}`, 'make one: hopscope fix CODE --plan')
  const plan = parse(await readFile(join(folder, `${id}.json`), 'utf8'))
  if (plan === null || plan.id !== id || idOf(plan) !== id) throw new ToolError('bad-file', `${join(folder, `${id}.json`)} is not the plan that was made`, 'it was edited or cut off; make a new one: hopscope fix CODE --plan')
  return plan
}

async function idsIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).flatMap((it) => /^([0-9a-f]{8})\.json$/.exec(it)?.[1] ?? []).toSorted()
  } catch {
    return []
  }
}

/** The hash vouches for the rest: only the schema must be told apart, so that an old plan is not read as a new one. */
function parse(text: string): Plan | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && 'schema' in value && value.schema === planSchema ? (value as Plan) : null
  } catch {
    return null
  }
}
