// The package as a library: the engine over a recording, without a terminal and without a cluster. What it promises
// stands in library.d.ts, which the package ships; the last line holds the two together.
import { checks } from './checks/registry.ts'
import { diagnose as run, type Diagnosis } from './engine.ts'
import type * as Promised from './library.d.ts'
import type { Model } from './model/sources.ts'
import { json as asJson } from './report/diagnosis/json.ts'
import { text as asText } from './report/diagnosis/text.ts'
import { paint } from './report/paint.ts'
import { checksOf, type ChecksAsk } from './session/select.ts'

export { readSnapshot } from './snapshot/read.ts'

/** Every check, or those of `ask`, over what is known. Pure: the same model gives the same diagnosis. */
export function diagnose(model: Model, ask: ChecksAsk = {}): Diagnosis {
  return run(model, checksOf(ask))
}

/** As `hopscope diagnose` prints it, without colours, for `width` columns. */
export function text(diagnosis: Diagnosis, { width = 100 }: { readonly width?: number } = {}): string {
  return asText(diagnosis, { paint: paint({ colour: false, ascii: false, width }), detail: 'normal', footer: [] })
}

/** As `hopscope diagnose -o json` prints it: `hopscope/v1`. */
export function json(diagnosis: Diagnosis): string {
  return asJson(diagnosis)
}

/** Code, slug and title of every check. */
export const codes: readonly { readonly code: string; readonly slug: string; readonly title: string }[] = checks.map(
  ({ code, slug, title }) => ({ code, slug, title }),
)

// A model comes out of readSnapshot alone, so to a caller it has no fields; what goes in here is what came out there.
const kept = { codes, json, text, diagnose } as const
kept satisfies {
  readonly codes: typeof Promised.codes
  readonly json: (diagnosis: never) => ReturnType<typeof Promised.json>
  readonly text: (diagnosis: never, options?: { readonly width?: number }) => ReturnType<typeof Promised.text>
  readonly diagnose: (model: never, ask?: Promised.Ask) => Promised.Diagnosis
}
