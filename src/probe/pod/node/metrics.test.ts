import { expect, test } from 'vitest'
import { metrics } from './metrics.ts'

/** How long each page is waited for at most, as they are asked for. */
async function waits(endMs: number | undefined, isServed: boolean): Promise<readonly (readonly [string, number])[]> {
  const asked: [string, number][] = []
  const resolver = { timeoutMs: 2500, attempts: 2, ...(endMs === undefined ? {} : { endMs }) }
  const { begin, end } = metrics(
    { metrics: [{ ip: '10.2.1.5', port: 9153, pod: 'a' }], metricsTwice: true, resolver },
    () => {},
    {
      clock: { sleep: () => new Promise(() => {}) },
      scrape: async ({ ip }, phase, timeoutMs = 0) => {
        asked.push([phase, timeoutMs])
        const text = isServed ? 'process_cpu_seconds_total 1' : null
        const result = isServed ? 'complete' : 'unreachable'
        return { t: 'metrics', phase, ip, at: 0, text, error: isServed ? null : 'ETIMEDOUT', result, bytes: 0 }
      },
    },
  )
  await begin()
  await end()
  return asked
}

test('usually a page has its whole time, before and after', async () => {
  expect(await waits(undefined, true)).toEqual([
    ['before', 3000],
    ['after', 3000],
  ])
})

test('where one path is asked about, nobody waits for long when all else is done', async () => {
  expect(await waits(5900, true)).toEqual([
    ['before', 3000],
    ['after', 1500],
  ])
})

test('a page that did not come is asked for beside the lookups, and has its whole time', async () => {
  expect(await waits(5900, false)).toEqual([
    ['before', 3000],
    ['after', 3000],
  ])
})
