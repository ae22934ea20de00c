import * as v from 'valibot'
import { answers } from '../../model/probe-shapes.ts'

/*
 * What the outputs of `-o json` have in common. The schemas are the contract: the code that makes an output has its
 * type from here, each recorded scenario is held to it, and `npm run schemas` writes them as JSON Schema into schemas/.
 * Times are numbers with their unit in the name, and null is "not known", never zero.
 */
export const text = v.string()
export const number = v.number()
export const flag = v.boolean()
export const texts = v.array(text)
export const maybeText = v.nullable(text)
export const maybeNumber = v.nullable(number)

export const subject = v.strictObject({ kind: text, namespace: maybeText, name: text })

export const why = v.strictObject({
  reason: v.picklist(['forbidden', 'not-asked', 'not-there', 'timed-out', 'cut-off', 'failed']),
  detail: text,
})

/** A value, or the reason why there is none. */
export function known<const S extends v.GenericSchema>(value: S) {
  return v.variant('known', [
    v.strictObject({ known: v.literal(true), value }),
    v.strictObject({ known: v.literal(false), why }),
  ])
}

export const answer = v.picklist(answers)

/** When it was asked and how long it took; null where a recording does not say. */
export const run = {
  started: v.pipe(maybeText, v.description('ISO 8601; null where it is not known')),
  durationMs: v.pipe(maybeNumber, v.description('null of a recording')),
}

export type Output<S extends v.GenericSchema> = Frozen<v.InferOutput<S>>

/** As the model has it: nothing in an output is written to. */
type Frozen<T> = T extends readonly (infer I)[]
  ? readonly Frozen<I>[]
  : T extends object
    ? { readonly [K in keyof T]: Frozen<T[K]> }
    : T
