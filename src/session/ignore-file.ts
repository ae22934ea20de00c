import * as v from 'valibot'
import { parse } from 'yaml'
import type { IgnoreRule } from '../findings/beside.ts'
import { readLocalFile } from '../kube/local-file.ts'
import { ToolError } from '../tool-error.ts'

export interface RuleInForce extends IgnoreRule {
  readonly isExpired: boolean
}

const rule = v.strictObject({
  code: v.pipe(v.string(), v.nonEmpty('a code: DNS104')),
  subject: v.optional(v.pipe(v.string(), v.nonEmpty('Kind/namespace/name, or nothing for every object'))),
  reason: v.pipe(v.string(), v.trim(), v.nonEmpty('why it is ignored: whoever reads the file next wants to know')),
  until: v.optional(v.pipe(v.string(), v.isoDate('a day: 2027-01-31'))),
})
const form = 'a list of rules, each with code and reason, and with subject and until where wanted: docs/ci.md'

/** The rules of a file. Throws ToolError `usage`: a rule that is not understood hides nothing by being passed over. */
export function readIgnoreFile(path: string): readonly IgnoreRule[] {
  const result = v.safeParse(v.array(rule), parsed(path) ?? [])
  if (result.success)
    return result.output.map(({ code, subject = null, reason, until = null }) => ({ code, subject, reason, until }))
  const [issue] = result.issues
  const at = v.getDotPath(issue)
  throw new ToolError('usage', `${path}${at === null ? '' : `, ${at}`}: ${issue.message}`, form)
}

function parsed(path: string): unknown {
  try {
    // The core schema knows no dates: a day stays the word that it is.
    return parse(readLocalFile(path).toString('utf8'), { schema: 'core' }) as unknown
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    throw new ToolError('usage', `${path} can't be read: ${why}`, form, error)
  }
}

/** A rule holds to the end of its day, wherever that ends last (UTC-12). */
export function inForce(it: IgnoreRule, now: Date): RuleInForce {
  const end = it.until === null ? Infinity : Date.parse(`${it.until}T23:59:59-12:00`)
  return { ...it, isExpired: !(now.getTime() <= end) }
}
