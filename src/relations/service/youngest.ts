import type { Service } from '../../model/service.ts'

/** One may be a minute old, when a cache still keeps its denial; two are not. */
const most = 2

/** The last made ones. Of one whose age was not kept it is only known that it is not young. */
export function youngestOf(services: readonly Service[]): readonly Service[] {
  return services
    .filter((it) => it.youngSeconds !== undefined)
    .toSorted((a, b) => (a.youngSeconds ?? 0) - (b.youngSeconds ?? 0))
    .slice(0, most)
}
