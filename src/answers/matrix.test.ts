import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyModel } from '../../test/build/any-model.ts'
import { connect, world } from '../../test/build/matrix.ts'
import { container, pod } from '../../test/build/pod.ts'
import { modelOf } from '../../test/describe-check.ts'
import { unknown } from '../model/known.ts'
import type { Crossing } from '../model/crossing.ts'
import type { Workload } from '../model/workload.ts'
import { type Matrix, matrixExitCode, matrixOf } from './matrix.ts'

const withCrossings = (...crossings: readonly Crossing[]): Matrix | null =>
  matrixOf(modelOf({ ...world, crossings }, {}, { namespace: 'shop' }), { port: null })

function cell(matrix: Matrix | null, from: string, to: string) {
  const row = matrix?.rows.findIndex((it) => (it.workload?.name ?? 'world') === from)
  const column = matrix?.columns.findIndex((it) => (it.workload?.name ?? 'world') === to)
  return matrix?.cells.find((it) => it.row === row && it.column === column)
}

describe('a matrix', () => {
  test.each([
    ['cart', 'db', 'allow', []],
    ['web', 'db', 'deny', ['shop/db']],
    ['world', 'db', 'deny', ['shop/db']],
    ['web', 'world', 'allow', []],
    ['db', 'db', 'left-to-cni', ['shop/db']],
  ])('%s to %s: policies say %s', (from, to, policies, by) => {
    expect(cell(withCrossings(), from, to)).toMatchObject({ policies, by, measured: null, disagrees: null })
  })

  test('CronJobs between their runs are left out, and told of', () => {
    const cron = (name: string): Workload => ({
      kind: 'CronJob',
      namespace: 'shop',
      name,
      owner: null,
      desired: 0,
      ready: 0,
      templateLabels: {},
    })
    const job: Workload = { ...cron('busy-1'), kind: 'Job', owner: { kind: 'CronJob', name: 'busy' } }
    const run = pod('busy-1-x', { ip: '10.2.1.9', owner: { kind: 'Job', name: 'busy-1' } })
    const model = modelOf(
      { ...world, pods: [...world.pods, run], workloads: [cron('report'), cron('busy'), job] },
      {},
      { namespace: 'shop' },
    )
    expect(matrixOf(model, { port: null })?.leftOut.cronJobs).toEqual(['shop/report'])
  })

  test('pods of one workload that are treated otherwise differ', () => {
    const owner = { kind: 'StatefulSet', name: 'mixed' }
    const both = [
      pod('a-1', { ip: '10.2.1.8', owner, labels: { app: 'cart' } }),
      pod('b-1', { ip: '10.2.1.9', owner, labels: { app: 'web' } }),
    ]
    const model = modelOf({ ...world, pods: [...world.pods, ...both] }, {}, { namespace: 'shop' })
    expect(cell(matrixOf(model, { port: null }), 'mixed', 'db')).toMatchObject({ policies: 'differs', by: ['shop/db'] })
  })

  test.each([
    [connect('web', 'db', 'open'), 'not-enforced', 1],
    [connect('cart', 'db', 'timeout'), 'stopped', 1],
    [connect('cart', 'db', 'no-route'), 'stopped', 1],
    [connect('cart', 'db', 'refused'), null, 0],
    [connect('web', 'db', 'timeout'), null, 0],
    [connect('web', 'db', 'refused'), null, 0],
  ] as const)('$from.pod to $to.pod, $result', (crossing, disagrees, code) => {
    const matrix = withCrossings(crossing)
    const found = cell(matrix, crossing.from.pod.split('-')[0] ?? '', 'db')
    expect(found).toMatchObject({ measured: crossing.result, disagrees })
    expect(matrix?.measured).toBe(1)
    expect(matrix === null ? null : matrixExitCode(matrix)).toBe(code)
  })

  test('where a policy of another kind may decide, no cell is sure', () => {
    const admin = { kind: 'AdminNetworkPolicy', namespace: null, name: 'tier' } as const
    const model = modelOf({ ...world, otherPolicies: [admin] }, {}, { namespace: 'shop' })
    const matrix = matrixOf(model, { port: null })
    expect(new Set(matrix?.cells.map((it) => it.policies))).toEqual(new Set(['left-to-cni']))
    expect(cell(matrix, 'web', 'cart')?.by).toEqual(['AdminNetworkPolicy tier'])
  })

  test('what is not known gives none, and what has no column is named', () => {
    const blind = modelOf({ pods: world.pods }, { networkPolicies: unknown('forbidden', 'list networkpolicies') })
    expect(matrixOf(blind, { port: null })).toBeNull()
    const silent = pod('job-1', { ip: '10.2.1.8', containers: [container({ ports: [] })] })
    const model = modelOf(
      { ...world, pods: [...world.pods, silent, pod('new-1', { ip: null })] },
      {},
      { namespace: 'shop' },
    )
    expect(matrixOf(model, { port: null })?.leftOut).toMatchObject({ withoutPort: ['shop/job'], withoutPod: 1 })
    expect(matrixOf(model, { port: 9000 })?.leftOut.withoutPort).toEqual([])
  })

  test('of any model, no cell is said to be measured that was not, and each pair stands once', () => {
    fc.assert(
      fc.property(anyModel, (model) => {
        const matrix = matrixOf(model, { port: null })
        if (matrix === null) return
        const { crossings } = model.sources
        if (!crossings.known) expect(matrix.measured).toBe(0)
        expect(new Set(matrix.cells.map((it) => `${it.row} ${it.column}`)).size).toBe(matrix.cells.length)
        expect(matrix.cells.length).toBe(matrix.rows.length * matrix.columns.length - 1)
        for (const it of matrix.cells) if (it.measured === null) expect(it.disagrees).toBeNull()
      }),
    )
  })
})
