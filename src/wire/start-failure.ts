/** Why a runtime could not start a program, where it says so in words that are known. */
export type StartFailure = 'exec-format' | 'no-program' | 'not-executable'

/**
 * ENOEXEC (execve(2): a binary for another architecture, or a script without `#!`), what runc says of a program that
 * the image has not (os/exec, ErrNotFound), and EACCES of one that may not be run. null: none of these.
 */
export function startFailure(said: string): StartFailure | null {
  if (/\bexec format error\b/i.test(said)) return 'exec-format'
  if (!/OCI runtime|starting container process|failed to create \w{1,20} ?task/.test(said)) return null
  if (/executable file not found in \$PATH|: no such file or directory/.test(said)) return 'no-program'
  return said.includes(': permission denied') ? 'not-executable' : null
}
