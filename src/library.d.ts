/** What is known about a cluster; only `readSnapshot` makes one. */
export interface Model {
  readonly scope: { readonly namespace: string | null; readonly level: 'read' | 'probe' | 'node' }
}

export type Severity = 'error' | 'warning' | 'info'

export interface Finding {
  readonly code: string
  readonly slug: string
  readonly severity: Severity
  /** `observed` on the wire or in counters, `inferred` from objects, or merely `possible`. */
  readonly confidence: 'observed' | 'inferred' | 'possible'
  readonly subject: { readonly kind: string; readonly namespace: string | null; readonly name: string }
  readonly args: Readonly<Record<string, unknown>>
}

/** A finding, with those that it brings about. */
export interface RootCause {
  readonly finding: Finding
  readonly consequences: readonly Finding[]
}

export interface CheckResult {
  readonly check: { readonly code: string; readonly slug: string; readonly title: string }
  readonly verdict: 'ok' | 'finding' | 'not-applicable' | 'cannot-tell' | 'not-asked' | 'ignored' | 'crashed'
}

export interface Diagnosis {
  readonly model: Model
  readonly results: readonly CheckResult[]
  readonly roots: readonly RootCause[]
}

export interface Ask {
  /** Codes or slugs; absent: every check. */
  readonly only?: readonly string[]
  /** CODE, or CODE=Kind/namespace/name with `*` for any run of characters. */
  readonly ignore?: readonly string[]
}

/** The model in a `.hops` file that `hopscope collect` wrote. */
export declare function readSnapshot(path: string): Promise<Model>

/** Every check, or those of `ask`, over what is known. Pure: the same model gives the same diagnosis. */
export declare function diagnose(model: Model, ask?: Ask): Diagnosis

/** As `hopscope diagnose` prints it, without colours. */
export declare function text(diagnosis: Diagnosis, options?: { readonly width?: number }): string

/** As `hopscope diagnose -o json` prints it: `hopscope/v1`. */
export declare function json(diagnosis: Diagnosis): string

export declare const codes: readonly { readonly code: string; readonly slug: string; readonly title: string }[]
