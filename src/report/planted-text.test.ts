import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs, some, today } from '../../test/build/effort.ts'
import { placesIn, plant } from '../../test/build/plant.ts'
import { rawCluster } from '../../test/build/raw-cluster.ts'
import { resolution } from '../../test/build/resolution.ts'
import { checks } from '../checks/registry.ts'
import { clusterOf } from '../collect/cluster-of.ts'
import { collect } from '../collect/collect.ts'
import { diagnose } from '../engine.ts'
import { known } from '../model/known.ts'
import { anyModel } from '../../test/build/any-model.ts'
import { fromOutside } from '../wire/outside.ts'
import { dnsPaths } from './dns/dns-paths.ts'
import { paint } from './paint.ts'
import { resolveText } from './resolve/resolve-text.ts'
import { text } from './diagnosis/text.ts'
import { page } from './visible.ts'

const plain = paint({ colour: false, ascii: false, width: 110 })
const coloured = paint({ colour: true, ascii: false, width: 110 })
const lie = '✓ All 44 checks are fine.'
const forged = `\r\n\u001B[2J\u001B[32m${lie}\u001B[39m\u202E\u2028${lie}\n`

/** A word that the model's types list; any other string is somebody's. */
const words =
  /\.(phase|level|kind|reason|transport|method|role|zone|libc|protocol|addressType|way|run|type|a|aaaa|firstLost|result|ready|effect|operator|policyTypes|policyType|answer|end|os|pathType|trouble)(\.\d+)?$/

function check(said: string, colours: boolean): void {
  for (const line of said.split(/[\n\r\u2028\u2029\u0085]/))
    expect(line.startsWith(lie) || line.startsWith(`\u001B[32m${lie}`), line).toBe(false)
  expect(said.replaceAll('\u001B', '')).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
  if (!colours) expect(said).not.toContain('\u001B')
  expect(said).not.toContain('\u001B[2J')
}

const scope = { namespace: null, target: { kind: 'everything' }, level: 'read' } as const

describe('text from outside in what is printed', () => {
  test('in every string of the objects of a cluster: no line of its own, nothing that a terminal obeys', async () => {
    const planted = plant(rawCluster, (it, path) =>
      /(Corefile|phase|type|kind|effect|operator|protocol|addressType|status|pathType)$/.test(path)
        ? it
        : `${it}${forged}`,
    )
    const model = await collect(clusterOf(planted), { scope })
    for (const it of placesIn(model)) expect(it).not.toContain('\n')
    const diagnosis = diagnose(model, { checks })
    for (const detail of ['quiet', 'normal', 'verbose'] as const) {
      check(text(diagnosis, { paint: plain, detail, footer: [] }), false)
      check(text(diagnosis, { paint: coloured, detail, footer: [] }), true)
    }
  })

  test('one string after the other', async () => {
    for (const place of some(placesIn(rawCluster), today)) {
      const model = await collect(clusterOf(plant(rawCluster, (it, path) => (path === place ? forged : it))), { scope })
      check(text(diagnose(model, { checks }), { paint: plain, detail: 'verbose', footer: [] }), false)
    }
  })

  test('in every string of any model, which did not go through the door', () => {
    fc.assert(
      fc.property(anyModel, (model) => {
        const planted = plant(model, (it, path) => (words.test(`.${path}`) ? it : `${it}${forged}`))
        check(
          text(diagnose(planted, { checks }), {
            paint: plain,
            detail: 'verbose',
            above: dnsPaths(planted, plain),
            footer: [],
          }),
          false,
        )
        const passed = fromOutside(planted)
        check(text(diagnose(passed, { checks }), { paint: coloured, detail: 'verbose', footer: [] }), true)
      }),
      { numRuns: runs(60) },
    )
  })

  test.each(['a-', '=', 'token ', '"', '\n', '/', 'eyJ', '{'])(
    '200,000 characters of %j in every string of a cluster: a diagnosis takes no longer than that many deserve',
    async (unit) => {
      const giant = unit.repeat(200_000 / unit.length)
      const before = process.threadCpuUsage()
      const model = await collect(
        clusterOf(plant(rawCluster, (it, path) => (/(phase|type|kind|status)$/.test(path) ? it : `${it}${giant}`))),
        { scope },
      )
      text(diagnose(model, { checks }), { paint: plain, detail: 'verbose', footer: [] })
      const { user, system } = process.threadCpuUsage(before)
      expect((user + system) / 1e6).toBeLessThan(5)
    },
    60_000,
  )

  test('in every string of a lookup', () => {
    const it = resolution({ own: known({ tool: 'getent ahosts', result: 'ok', addresses: ['10.96.44.7'], ms: 12 }) })
    for (const place of placesIn(it).filter(
      (path) => !words.test(`.${path}`) && !path.endsWith('.text') && !path.endsWith('.how'),
    )) {
      const planted = plant(it, (held, path) => (path === place ? `${held}${forged}` : held))
      check(resolveText(planted, plain, []), false)
    }
  })

  test('in a line that a command prints', () => {
    check(page([`DNS101  ${forged}`, forged.slice(2)], plain), false)
  })
})

describe('the door', () => {
  test('gives one line, does nothing twice, and gives back what needs nothing', () => {
    fc.assert(
      fc.property(anyModel, (model) => {
        const once = fromOutside(model)
        expect(fromOutside(once)).toEqual(once)
        expect(fromOutside(once)).toBe(fromOutside(once))
      }),
      { numRuns: runs(100) },
    )
  })
})
