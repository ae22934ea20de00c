/** What to do about a file that did not arrive whole. */
export const again = 'copy it again, or write a new one: hopscope collect --out FILE.hops'

/** What is wrong with a snapshot, as the rest of a sentence that opens with its name: `is cut off: …`. */
export class BadRecord extends Error {
  readonly hint: string

  constructor(message: string, hint: string) {
    super(message)
    this.name = 'BadRecord'
    this.hint = hint
  }
}
