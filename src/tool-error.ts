export type ToolErrorCode =
  | 'usage'
  | 'no-kubeconfig'
  | 'bad-kubeconfig'
  | 'unknown-context'
  | 'unreachable'
  | 'unauthorized'
  | 'certificate'
  | 'not-found'
  | 'forbidden'
  | 'bad-file'
  | 'probe-failed'
  | 'timed-out'
  | 'internal'

/** Why hopscope could not do its job: one line, and one line of what to do about it. Exit code 2. */
export class ToolError extends Error {
  readonly code: ToolErrorCode
  readonly hint: string | null

  constructor(code: ToolErrorCode, message: string, hint: string | null = null, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'ToolError'
    this.code = code
    this.hint = hint
  }
}
