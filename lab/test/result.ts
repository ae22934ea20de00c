/** One thing that must be true of the real cluster, and whether it was. */
export interface Result {
  readonly group: string
  readonly name: string
  readonly expected: string
  readonly got: string
  readonly seconds: number
  readonly passed: boolean
  /** It could not be tried here, and `got` says why. It counts as neither passed nor failed. */
  readonly skipped?: true
  /** What a person needs to see why it failed. */
  readonly detail: string
}

export async function expectThat(
  group: string,
  name: string,
  expected: string,
  run: () => Promise<{ readonly got: string; readonly passed: boolean; readonly detail?: string }>,
): Promise<Result> {
  const started = performance.now()
  const done = (got: string, passed: boolean, detail: string): Result => ({
    group,
    name,
    expected,
    got,
    passed,
    detail,
    seconds: (performance.now() - started) / 1000,
  })
  try {
    const { got, passed, detail } = await run()
    return done(got, passed, passed ? '' : (detail ?? ''))
  } catch (error) {
    return done('threw', false, error instanceof Error ? (error.stack ?? error.message) : String(error))
  }
}

export function skipped(group: string, name: string, why: string): Result {
  return { group, name, expected: 'to be tried', got: why, seconds: 0, passed: false, skipped: true, detail: '' }
}

export function line(result: Result): string {
  const judged = result.passed ? '✓' : '✗'
  const mark = result.skipped ? '-' : judged
  const detail =
    result.passed || result.detail === ''
      ? ''
      : `\n${result.detail
          .split('\n')
          .slice(0, 60)
          .map((it) => `      ${it}`)
          .join('\n')}`
  return (
    `${mark} ${result.name.padEnd(34)} ` +
    `${`${result.seconds.toFixed(1)} s`.padStart(8)}  expected ${result.expected} · got ${result.got}${detail}\n`
  )
}
