// How long a run may take. Two limits: the budget of the cases, which a case that would not end in time does not enter;
// and the end of the whole, counted from the start of .ci/run, after which nothing would land.
const minute = 60

/** CI gives 90 minutes; what comes after the end is the lab's `down` and the last line. */
const wholeMinutes = 75
const budgetMinutes = 45
/** From the last start of a case to the end: its second try, `down`, what is written. */
const keptForEnd = 12 * minute
const keptForDown = 3 * minute

export interface Clock {
  /** Seconds that a case may still take which starts now. */
  forCases(): number
  /** Seconds until the whole must be over; Infinity when nobody waits for it. */
  forAll(): number
}

export interface Limits {
  /** Minutes for the cases; null = as long as it takes. */
  readonly budget: number | null
  /** When .ci/run started, in seconds since 1970; null = nobody waits. */
  readonly since: number | null
}

export function limitsOf(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  isPart: boolean,
): Limits {
  const flag = args.find((it) => it.startsWith('--budget='))?.slice('--budget='.length)
  const said = positive(flag) ?? positive(env['HOPSCOPE_LAB_MINUTES']) ?? budgetMinutes
  const free = isPart || args.includes('--all') || args.includes('--resume')
  return { budget: free ? null : said, since: positive(env['HOPSCOPE_CI_STARTED']) }
}

function positive(text: string | undefined): number | null {
  const value = Number(text ?? '')
  return Number.isFinite(value) && value > 0 ? value : null
}

/**
 * `now` in seconds since 1970. Starts with the first case, so that what was built before it costs the cases nothing.
 */
export function startClock(limits: Limits, now: () => number = () => Date.now() / 1000): Clock {
  const end = limits.since === null ? Infinity : limits.since + wholeMinutes * minute - keptForDown
  const budgetEnd = limits.budget === null ? Infinity : now() + limits.budget * minute
  return {
    forCases: () => Math.min(budgetEnd, end - keptForEnd) - now(),
    forAll: () => end - now(),
  }
}
