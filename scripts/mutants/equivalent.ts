/** Mutants that no test can kill, since the program is the same with them; each with its reason. */
export const equivalents: readonly {
  readonly file: string
  readonly from: string
  readonly to: string
  readonly why: string
}[] = []
