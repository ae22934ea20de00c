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
