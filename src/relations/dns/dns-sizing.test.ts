import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { autoscalerConfigMap, cpuPerQuery, dnsSizing, type SizingInput } from './dns-sizing.ts'

const small: SizingInput = {
  queriesPerSecond: 1500,
  cpuSecondsPerQuery: 60e-6,
  atLimit: false,
  nodes: 3,
  cores: 6,
  objects: 1200,
  autopath: false,
  residentBytes: 62 * 2 ** 20,
}

describe('dnsSizing', () => {
  it('plans half of what a vCPU answers, and one replica more', () => {
    expect(dnsSizing(small).replicas).toEqual({
      value: 2,
      formula:
        'by load ceil(1,500 q/s / (0.5 x 16,667 q/s per vCPU, measured)) + 1 = 2; by size max(ceil(6 cores / 256), ceil(3 nodes / 16), 2) = 2',
    })
    expect(dnsSizing({ ...small, queriesPerSecond: 40_000 }).replicas.value).toBe(6)
    expect(dnsSizing({ ...small, nodes: 200, cores: 800 }).replicas.value).toBe(13)
    expect(dnsSizing({ ...small, nodes: 1 }).replicas.value).toBe(1)
  })

  it('requests CPU for one replica gone, at 70 %', () => {
    expect(dnsSizing(small).cpuRequestMilli.value).toBe(200)
    expect(dnsSizing({ ...small, queriesPerSecond: 10 }).cpuRequestMilli.value).toBe(100)
  })

  it('plans for twice what a server at its limit shows', () => {
    const atLimit = dnsSizing({ ...small, atLimit: true })
    expect(atLimit.cpuRequestMilli).toEqual({
      value: 300,
      formula:
        'max(100m, 2 x 1,500 q/s seen at the CPU limit x 60 us / 1 replica left when one is gone / 0.7 = 258m), in steps of 100m',
    })
  })

  it('takes memory from the formula or from what is in use, whichever is more', () => {
    expect(dnsSizing(small).memoryLimitMi.value).toBe(170)
    // The check data of Scaling_CoreDNS.md: 158,200 objects.
    expect(dnsSizing({ ...small, objects: 158_200 }).memoryLimitMi.value).toBe(270)
    expect(dnsSizing({ ...small, objects: 40_000, autopath: true }).memoryLimitMi.value).toBe(270)
    expect(dnsSizing({ ...small, residentBytes: 300 * 2 ** 20 }).memoryLimitMi.value).toBe(380)
  })

  it('says unknown for what was not seen, and makes up nothing', () => {
    const blind = dnsSizing({
      queriesPerSecond: null,
      cpuSecondsPerQuery: null,
      atLimit: false,
      nodes: null,
      cores: null,
      objects: null,
      autopath: false,
      residentBytes: null,
    })
    expect([blind.replicas.value, blind.cpuRequestMilli.value, blind.memoryLimitMi.value]).toEqual([null, null, null])
    expect(dnsSizing({ ...small, cpuSecondsPerQuery: null }).replicas.formula).toContain('an old measurement')
    expect(dnsSizing({ ...small, queriesPerSecond: null }).replicas).toEqual({
      value: 2,
      formula: 'by load: unknown, no rate was seen; by size max(ceil(6 cores / 256), ceil(3 nodes / 16), 2) = 2',
    })
  })

  it('never needs less for more', () => {
    const rate = fc.double({ min: 0, max: 1e5, noNaN: true })
    fc.assert(
      fc.property(rate, rate, (a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)].map(
          (queriesPerSecond) => dnsSizing({ ...small, queriesPerSecond }).replicas.value ?? 0,
        )
        return (less ?? 0) <= (more ?? 0)
      }),
    )
  })

  it('hands the autoscaler its linear parameters as it reads them', () => {
    expect(autoscalerConfigMap(dnsSizing(small))).toMatchObject({
      kind: 'ConfigMap',
      data: {
        linear:
          '{"coresPerReplica":256,"nodesPerReplica":16,"min":2,"preventSinglePointFailure":true,"includeUnschedulableNodes":true}',
      },
    })
  })
})

it('a query has no price on an idle server', () => {
  expect(cpuPerQuery(0.02, 100)).toBeNull()
  expect(cpuPerQuery(0.3, 5000)).toBeCloseTo(60e-6)
})
