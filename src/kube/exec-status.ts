import { firstLine } from './redact.ts'
import { shown } from '../phrases.ts'

export type ExecStatus = { readonly code: number } | { readonly failed: string; readonly notThere: boolean }

/**
 * The last message of an exec, on its status channel: a Kubernetes Status whose cause `ExitCode` carries the command's
 * exit code (k8s.io/apimachinery pkg/util/remotecommand: NonZeroExitCodeReason, ExitCodeCauseType).
 */
export function readExecStatus(text: string): ExecStatus {
  const status = parse(text)
  if (status?.status === 'Success') return { code: 0 }
  const causes: readonly unknown[] = Array.isArray(status?.details?.causes) ? status.details.causes : []
  const exit = causes
    .map((cause) => (typeof cause === 'object' && cause !== null ? (cause as Cause) : {}))
    .find(({ reason }) => reason === 'ExitCode')?.message
  if (status?.reason === 'NonZeroExitCode' && typeof exit === 'string' && /^\d+$/.test(exit))
    return { code: Number(exit) }
  const message = typeof status?.message === 'string' ? status.message : text
  // Runtimes wrap the one useful part four times: containerd and CRI-O both end in runc's or crun's own words.
  const missing =
    /(?:"[^"]*": )?(?:stat [^\s:]+: )?(?:executable file not found in \$PATH|no such file or directory)/.exec(
      message,
    )?.[0]
  return {
    failed: missing ?? shown(firstLine(message, 300), 'the API server gave no reason'),
    notThere: missing !== undefined,
  }
}

interface Cause {
  readonly reason?: unknown
  readonly message?: unknown
}

interface StatusFields {
  readonly status?: unknown
  readonly reason?: unknown
  readonly message?: unknown
  readonly details?: { readonly causes?: unknown } | null
}

function parse(text: string): StatusFields | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as StatusFields) : null
  } catch {
    return null
  }
}
