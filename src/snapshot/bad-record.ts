/** What is wrong with a snapshot, as the rest of a sentence that opens with its name: `is cut off: …`. */
export class BadRecord extends Error {
  readonly hint: string

  constructor(message: string, hint: string) {
    super(message)
    this.name = 'BadRecord'
    this.hint = hint
  }
}
