import * as v from 'valibot'
import { parse } from 'yaml'
import { readLocalFile } from '../kube/local-file.ts'
import { ToolError } from '../tool-error.ts'

export type ConfigValue = string | number | boolean | readonly string[]

const file = v.nullable(v.record(v.string(), v.union([v.string(), v.number(), v.boolean(), v.array(v.string())])))

/** The user's own defaults: keys are flags. null: there is no such file, and nobody `named` it. */
export function readConfig(path: string, named: boolean): Readonly<Record<string, ConfigValue>> | null {
  const result = v.safeParse(file, parsed(path, named))
  if (result.success) return result.output
  const at = v.getDotPath(result.issues[0])
  throw new ToolError(
    'usage',
    `${path}${at === null ? '' : `, ${at}`}: a flag has a word, a number, true, false or a list of words`,
    'one flag a line: request-timeout: 10s',
  )
}

function parsed(path: string, named: boolean): unknown {
  try {
    return parse(readLocalFile(path).toString('utf8'), { schema: 'core' }) as unknown
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (!named && (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES')) return null
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    throw new ToolError('usage', `${path} can't be read: ${why}`, 'HOPSCOPE_CONFIG= leaves it out', error)
  }
}
