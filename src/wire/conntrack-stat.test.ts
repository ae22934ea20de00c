import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { conntrackDelta, parseConntrackStat } from './conntrack-stat.ts'

const since510 =
  'entries  clashres found new invalid ignore delete chainlength insert insert_failed drop early_drop icmp_error  expect_new expect_create expect_delete search_restart'
const before510 = since510.replace('clashres', 'searched')

describe('conntrack statistics', () => {
  it('sums CPUs, reads hexadecimal, and takes entries once', () => {
    const text = [
      since510,
      row({ entries: 0x2a, clashres: 0x10, insert_failed: 0xff, drop: 1 }),
      row({ entries: 0x2a, clashres: 1, insert_failed: 1, drop: 2, early_drop: 3, invalid: 4 }),
    ].join('\n')
    expect(parseConntrackStat(text)).toEqual({
      cpus: 2,
      entries: 42,
      insert_failed: 256,
      drop: 3,
      early_drop: 3,
      invalid: 4,
      clash_resolve: 17,
      chaintoolong: 0,
    })
  })

  it('has no clash_resolve on a kernel whose column is `searched`', () => {
    expect(parseConntrackStat(`${before510}\n${row({ clashres: 9 })}`)?.clash_resolve).toBeNull()
  })

  it('counts chains that were too long, where the kernel has a column for them', () => {
    const of = (header: string) =>
      parseConntrackStat(`${header}\n${Array.from({ length: 17 }, (_, index) => (index === 7 ? '1e' : '0')).join(' ')}`)
    expect(of(since510)?.chaintoolong).toBe(30)
    expect(of(since510.replace('chainlength', 'delete_list'))).not.toHaveProperty('chaintoolong')
    const [before, after] = [
      of(since510),
      parseConntrackStat(
        `${since510}\n${Array.from({ length: 17 }, (_, index) => (index === 7 ? '20' : '0')).join(' ')}`,
      ),
    ]
    expect(before && after && conntrackDelta(before, after).chaintoolong).toBe(2)
  })

  it('refuses what is not that file', () => {
    for (const text of [
      '',
      'cat: not found',
      since510,
      `${since510}\n1 2 3`,
      `${since510}\n${row({}).replace('0', 'zz')}`,
    ])
      expect(parseConntrackStat(text)).toBeNull()
  })

  it('sees a counter wrap as growth', () => {
    const [before, after] = [0xfffffffe, 3].map((insert_failed) =>
      parseConntrackStat(`${since510}\n${row({ insert_failed })}`),
    )
    expect(before && after && conntrackDelta(before, after).insert_failed).toBe(5)
  })

  it('reads back any rows', () => {
    const counter = fc.nat({ max: 0xffffffff })
    const cpu = fc.record({
      clashres: counter,
      insert_failed: counter,
      drop: counter,
      early_drop: counter,
      invalid: counter,
    })
    fc.assert(
      fc.property(counter, fc.array(cpu, { minLength: 1, maxLength: 64 }), (entries, cpus) => {
        const stat = parseConntrackStat([since510, ...cpus.map((it) => row({ ...it, entries }))].join('\n'))
        const sum = (key: keyof (typeof cpus)[number]): number => cpus.reduce((total, it) => total + it[key], 0)
        expect(stat).toEqual({
          cpus: cpus.length,
          entries,
          insert_failed: sum('insert_failed'),
          drop: sum('drop'),
          early_drop: sum('early_drop'),
          invalid: sum('invalid'),
          clash_resolve: sum('clashres'),
          chaintoolong: 0,
        })
      }),
    )
  })
})

/** One CPU's row in the order of the header, as the kernel prints it. */
function row(values: Readonly<Record<string, number>>): string {
  return since510
    .split(/\s+/)
    .map((name) => (values[name] ?? 0).toString(16).padStart(8, '0'))
    .join(' ')
}
