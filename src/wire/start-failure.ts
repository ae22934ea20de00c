/** Why a runtime could not start a program, where it says so in words that are known. */
export type StartFailure =
  | 'exec-format'
  | 'no-program'
  | 'not-executable'
  | 'no-workdir'
  | 'no-mount'
  | 'no-user'
  | 'little-memory'

export interface FailedStart {
  readonly why: StartFailure
  /** As it was named; null where that is not said. */
  readonly program: string | null
}

/**
 * ENOEXEC (execve(2): a binary for another architecture, or a script without `#!`), and what runc says before a program
 * runs: libcontainer's `chdir to cwd`, `error mounting`, `unable to find user` (moby/sys/user) and `container init was
 * OOM-killed`, a program that the image has not (os/exec, ErrNotFound), and EACCES of one that may not be run. null:
 * none of these.
 */
export function startFailure(said: string): FailedStart | null {
  if (/\bexec format error\b/i.test(said)) return { why: 'exec-format', program: null }
  if (!/OCI runtime|starting? container process|failed to create \w{1,20} ?task/.test(said)) return null
  const why = failures.find(([sign]) => sign.test(said))?.[1]
  if (why === undefined) return null
  const [, program = null] = /\bexec: "([^"\n]{1,80})": /.exec(said) ?? []
  return { why, program }
}

/** The first that is found: the words of the last two stand in the others as well. */
const failures: readonly (readonly [sign: RegExp, is: StartFailure])[] = [
  [/container init was OOM-killed/, 'little-memory'],
  [/\bchdir to cwd\b/, 'no-workdir'],
  [/\berror mounting\b|Are you trying to mount a directory onto a file/, 'no-mount'],
  [/unable to find user\b|no matching entries in passwd file/, 'no-user'],
  [/executable file not found in \$PATH|: no such file or directory/, 'no-program'],
  [/: permission denied/, 'not-executable'],
]
