/** What the lab cannot do, in one sentence, and what to do about it. */
export class LabError extends Error {
  override readonly name = 'LabError'
  readonly hint: string

  constructor(message: string, hint = '') {
    super(message)
    this.hint = hint
  }
}
