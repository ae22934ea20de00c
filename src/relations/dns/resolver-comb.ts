/**
 * The teeth that a resolver's timeouts leave in a histogram of lookup times. glibc waits 5 s for a missing answer
 * (10 s when all is lost; twice that when a search list starts over), musl sends again after 2.5 s and gives up after
 * 5 s. Sources: glibc resolv/res_send.c, musl src/network/res_msend.c; measured on glibc 2.36.
 */
const teeth: readonly { readonly ms: number; readonly meaning: string }[] = [
  { ms: 2500, meaning: "musl's first repeat" },
  { ms: 5000, meaning: 'one resolver timeout' },
  { ms: 10_000, meaning: 'two resolver timeouts' },
  { ms: 15_000, meaning: 'three resolver timeouts' },
  { ms: 20_000, meaning: 'four resolver timeouts' },
  { ms: 30_000, meaning: 'six resolver timeouts' },
]

/** A little late is a timeout plus the lookup itself; early it can't be. */
const early = 30
const late = 400

export function comb(
  samples: readonly number[],
): readonly { readonly ms: number; readonly meaning: string; readonly count: number }[] {
  return teeth
    .map((tooth) => ({
      ...tooth,
      count: samples.filter((ms) => ms >= tooth.ms - early && ms <= tooth.ms + late).length,
    }))
    .filter((it) => it.count > 0)
}
