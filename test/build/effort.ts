/**
 * How much a test does whose cases are drawn at random, or are all of many. `npm test` draws a twelfth: a run takes
 * other cases than the one before, so a day of work sees more than any single run. `.ci/run` sets
 * HOPSCOPE_TEST_EFFORT=full.
 */
export const isFull = process.env['HOPSCOPE_TEST_EFFORT'] === 'full'
const share = 12

/** For `some` of what is the only thing of its kind: other cases each day. */
export const today = Math.floor(Date.now() / 86_400_000)

/** Of so many runs of a property, those of this effort. */
export function runs(full: number): number {
  return isFull ? full : Math.ceil(full / share)
}

/** Of all cases of the nth thing, those of this effort: each case with every twelfth thing. */
export function some<T>(all: readonly T[], nth: number): readonly T[] {
  return isFull ? all : all.filter((_, index) => (index + nth) % share === 0)
}

/** For those of which each starts a program: one of them a day, and another the next. */
export function oneADay<T>(all: readonly T[], nth = 0): readonly T[] {
  return isFull ? all : all.slice((today + nth) % all.length).slice(0, 1)
}

/** For `test.skipIf`: whether the nth of what takes long is left to another day. */
export function isLeft(nth: number): boolean {
  return !isFull && (nth + today) % share !== 0
}
