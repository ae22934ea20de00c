import { ToolError } from '../tool-error.ts'

/**
 * Ctrl-C and SIGTERM abort `signal`, so that what was started is taken down before the process ends. A second Ctrl-C
 * ends at once: the pods then end by their own deadline and `hopscope cleanup` removes them.
 */
export function interruptible(): { readonly signal: AbortSignal; readonly interrupted: () => boolean; readonly release: () => void } {
  const controller = new AbortController()
  const abort = (): void => {
    if (controller.signal.aborted) process.exit(130)
    controller.abort(new Error('interrupted'))
  }
  process.on('SIGINT', abort)
  process.on('SIGTERM', abort)
  return {
    signal: controller.signal,
    interrupted: () => controller.signal.aborted,
    release: () => {
      process.off('SIGINT', abort)
      process.off('SIGTERM', abort)
    },
  }
}

/** What an error means for a run that probes: 130 after Ctrl-C; else it goes on, as a time-out where the deadline has passed. */
export function endOf(error: unknown, run: { readonly interrupted: boolean; readonly deadline: AbortSignal; readonly timeoutMs: number }): 130 {
  if (run.interrupted) {
    process.stderr.write('interrupted; whatever was started in the cluster is removed\n')
    return 130
  }
  if (run.deadline.aborted) throw new ToolError('probe-failed', `not done within ${run.timeoutMs / 1000} s`, 'give it longer: --timeout 10m', error)
  throw error
}
