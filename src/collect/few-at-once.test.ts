import { expect, test } from 'vitest'
import { pods } from '../kube/resources.ts'
import { known } from '../model/known.ts'
import { clusterOf } from './cluster-of.ts'
import { fewAtOnce } from './few-at-once.ts'

test('no more than so many reads at once, in the order asked, and a failed one frees its place', async () => {
  let running = 0
  let highest = 0
  const order: (string | undefined)[] = []
  const reader = fewAtOnce(
    {
      ...clusterOf({}),
      list: async (_, options) => {
        running += 1
        highest = Math.max(highest, running)
        order.push(options.namespace)
        await new Promise((resolve) => setTimeout(resolve, 1))
        running -= 1
        if (options.namespace === '1') throw new Error('a bug')
        return known([])
      },
    },
    2,
  )
  const names = ['0', '1', '2', '3', '4', '5', '6']
  const results = await Promise.allSettled(names.map((namespace) => reader.list(pods, { namespace }, () => null)))
  expect(highest).toBe(2)
  expect(order).toEqual(names)
  expect(results.map((it) => it.status)).toEqual(names.map((it) => (it === '1' ? 'rejected' : 'fulfilled')))
})
