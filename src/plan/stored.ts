import * as v from 'valibot'
import type { Entry } from './journal.ts'
import { type Plan, planSchema } from './plan.ts'

/*
 * What a plan's file and its journal must look like to be acted on. The hash says that a plan is the one that was
 * written, and not that hopscope wrote it: whoever writes files can also hash them. What is not listed is kept, since
 * the hash is over it too.
 */

const text = v.string()
const texts = v.array(text)
const manifest = v.record(v.string(), v.unknown())
const subject = v.looseObject({ kind: text, namespace: v.nullable(text), name: text })
const before = v.looseObject({ uid: text, resourceVersion: text, object: manifest })
const inverse = v.variant('verb', [
  v.looseObject({ verb: v.picklist(['delete', 'restore', 'create']) }),
  v.looseObject({ verb: v.literal('gone'), why: text }),
])
const resource = v.looseObject({ group: text, version: text, plural: text, namespaced: v.boolean() })
const base = { resource, object: subject, say: v.nullable(text), inverse }
const reload = v.looseObject({
  namespace: text,
  labels: v.record(text, text),
  port: v.number(),
  by: v.optional(v.looseObject({ kind: text, name: text })),
})

const step = v.variant('verb', [
  v.looseObject({ ...base, verb: v.literal('create'), before: v.null(), after: manifest }),
  v.looseObject({ ...base, verb: v.literal('replace'), before, after: manifest, reload: v.optional(reload) }),
  v.looseObject({ ...base, verb: v.literal('delete'), before, after: v.null() }),
])

/** What `fix --plan` keeps, and `fix --apply` takes. */
export const planFile = v.looseObject({
  schema: v.literal(planSchema),
  id: text,
  code: text,
  subject,
  remedy: text,
  applicability: v.picklist(['safe', 'needs-value', 'judgement', 'manual']),
  cluster: v.looseObject({ context: text, server: text, uid: text }),
  createdAt: v.pipe(text, v.check(isDate)),
  expiresAt: v.pipe(text, v.check(isDate)),
  steps: v.array(step),
  effect: text,
  verify: v.looseObject({
    codes: texts,
    target: v.nullable(text),
    namespace: v.nullable(text),
    p99Ms: v.nullable(v.number()),
    inside: v.optional(v.looseObject({ workloads: v.array(subject), option: text })),
  }),
  measured: v.nullable(v.looseObject({ parts: v.array(v.looseObject({})), insertFailed: v.nullable(v.number()) })),
  notes: texts,
  undoFirst: v.optional(text),
  owners: v.array(v.looseObject({ by: text, what: text, object: text })),
})

const action = v.picklist(['apply', 'undo'])
const nth = v.union([v.pipe(v.number(), v.integer(), v.minValue(0)), v.picklist(['lock', 'unlock'])])
const stored = v.looseObject({ uid: text, resourceVersion: text, object: manifest })
const entry = v.variant('kind', [
  v.looseObject({ kind: v.literal('begin'), at: text, action, run: text }),
  v.looseObject({ kind: v.literal('intent'), at: text, action, step: nth, expected: v.nullable(manifest) }),
  v.looseObject({ kind: v.literal('done'), at: text, action, step: nth, stored: v.nullable(stored) }),
  v.looseObject({
    kind: v.literal('end'),
    at: text,
    action,
    outcome: v.picklist(['complete', 'stopped']),
    why: v.nullable(text),
  }),
])

function isDate(it: string): boolean {
  return !Number.isNaN(Date.parse(it))
}

export function isPlan(value: unknown): value is Plan {
  return v.is(planFile, value)
}

export function isEntry(value: unknown): value is Entry {
  return v.is(entry, value)
}
