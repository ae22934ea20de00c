import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { world } from '../../../test/build/matrix.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import { announceMatrix, planMatrix } from './plan-matrix.ts'

const many = (workloads: number, ports: number) =>
  modelOf({
    pods: Array.from({ length: workloads }, (_, index) =>
      pod(`app${index}-1`, {
        ip: `10.2.${index >> 8}.${index & 255}`,
        containers: [
          container({
            ports: Array.from({ length: ports }, (__, at) => ({
              name: null,
              port: 8000 + at,
              protocol: 'TCP' as const,
            })),
          }),
        ],
      }),
    ),
  })

describe('the plan of a matrix', () => {
  test('each workload connects to each other one, at what is declared', () => {
    const { sources, left } = planMatrix(modelOf(world), null)
    expect(
      sources.map(({ workload, specs }) => [workload, specs.map((it) => `${it.host}:${it.port}`).toSorted()]),
    ).toEqual([
      ['Deployment/shop/cart', ['10.2.1.1:8080', '10.2.1.3:5432']],
      ['Deployment/shop/db', ['10.2.1.1:8080', '10.2.1.2:8080']],
      ['Deployment/shop/web', ['10.2.1.2:8080', '10.2.1.3:5432']],
    ])
    expect(left).toBe(0)
  })

  test('a named port is asked of everybody', () => {
    const ports = planMatrix(modelOf(world), 9000).sources.flatMap((it) => it.specs.map((one) => one.port))
    expect(new Set(ports)).toEqual(new Set([9000]))
  })

  test('pods that do not run, or are on their way out, are left alone', () => {
    const pods = world.pods.map((it) => ({ ...it, deleting: it.name === 'db-1' }))
    expect(JSON.stringify(planMatrix(modelOf({ ...world, pods }), null))).not.toContain('db-1')
  })

  test('of any number of workloads no container gets too much to do, and what is left out is counted', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 5 }), (workloads, ports) => {
        const { sources, left } = planMatrix(many(workloads, ports), null)
        const planned = sources.reduce((sum, it) => sum + it.specs.length, 0)
        expect(sources.length).toBeLessThanOrEqual(20)
        expect(sources.every((it) => it.specs.length <= 16)).toBe(true)
        expect(planned + left).toBe(workloads * Math.max(0, workloads - 1) * Math.min(3, ports))
      }),
    )
  })

  test('what will be done is said before it is', () => {
    expect(announceMatrix(planMatrix(modelOf(world), null))).toEqual([
      'runs a shell in 3 containers (shop/cart-1, shop/db-1, shop/web-1): 6 TCP connections to ports of other pods; nothing is sent, no pod is made',
    ])
    expect(announceMatrix(planMatrix(many(60, 1), null))[1]).toMatch(/^\d+ pairs past the bound are not asked$/)
    expect(announceMatrix(planMatrix(modelOf({}, { pods: unknown('forbidden', 'list pods') }), null))).toEqual([
      'no pod runs that could connect to another one: nothing is measured',
    ])
  })
})
