import * as v from 'valibot'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyModel } from '../../../test/build/any-model.ts'
import { connect, world } from '../../../test/build/matrix.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { matrixOf } from '../../answers/matrix.ts'
import { diagnose } from '../../engine.ts'
import type { Crossing } from '../../model/crossing.ts'
import { diagnosisJson, noRun } from '../diagnosis/json.ts'
import { paint } from '../paint.ts'
import { matrix as schema } from '../schemas/matrix.ts'
import { type MatrixAsked, matrixAnswer } from './matrix-json.ts'
import { matrixText } from './matrix-text.ts'

const look = paint({ colour: false, ascii: false, width: 100 })
const asked: MatrixAsked = { asked: true, left: 0, unasked: [] }
const said = (how: MatrixAsked, ...crossings: readonly Crossing[]): string => {
  const matrix = matrixOf(modelOf({ ...world, crossings }, {}, { namespace: 'shop' }), { port: null })
  if (matrix === null) throw new Error('no matrix')
  return matrixText(matrix, how, look)
}

describe('a matrix as a table', () => {
  test('who opens and hangs up is not called open', () => {
    const text = said(asked, { ...connect('web', 'cart', 'open'), hungUp: true })
    expect(text).toMatch(/h opens, and is hung up on at once/)
    expect(text).not.toMatch(/\. open/)
  })

  test('as measured, with what disagrees', () => {
    expect(
      said(
        asked,
        connect('web', 'cart', 'open'),
        connect('web', 'db', 'open'),
        connect('cart', 'db', 'timeout'),
        connect('cart', 'web', 'refused'),
        connect('db', 'web', 'open'),
      ),
    ).toMatchInlineSnapshot(`
      "✗ 2 of 5 measured pairs are not as the policies say.

             cart:8080  db:5432  web:8080  world:443
      cart   +          !        x         +
      db     +          ?        .         +
      web    .          !        +         +
      world  +          p        +

      . open   x refused by the pod   ! disagrees with the policies   + allowed, not measured   p denied by policy, not measured   ? left to the CNI, not measured

      cart -> db:5432: policies allow it, and it ends in a timeout
      web -> db:5432: shop/db denies it, and it opens

      10 of 15 pairs were not measured: those with the world never are
      "
    `)
  })
  test('by policy alone it says so first', () => {
    expect(said({ ...asked, asked: false })).toMatchInlineSnapshot(`
      "? 15 pairs by policy alone: no connection was tried.

             cart:8080  db:5432  web:8080  world:443
      cart   +          +        +         +
      db     +          ?        +         +
      web    +          p        +         +
      world  +          p        +

      + allowed, not measured   p denied by policy, not measured   ? left to the CNI, not measured

      not measured: --probe connects from inside the pods, by what tools they have
      "
    `)
  })
  test('what could not be asked is named', () => {
    const unasked = [{ workload: 'Deployment/shop/web', why: { reason: 'not-there', detail: 'no shell' } as const }]
    expect(said({ asked: true, left: 3, unasked })).toMatch(/3 pairs past the bound.*\n.*no shell/)
  })
  test('of any model it has its schema, and a cell that was not measured has no sign of one that was', () => {
    fc.assert(
      fc.property(anyModel, (model) => {
        const matrix = matrixOf(model, { port: null })
        if (matrix === null) return
        const json = matrixAnswer(matrix, asked, diagnosisJson(diagnose(model, { checks: [] }), noRun))
        expect(v.safeParse(schema, JSON.parse(JSON.stringify(json))).success).toBe(true)
        if (matrix.measured === 0) expect(matrixText(matrix, asked, look)).not.toMatch(/✓|✗/)
      }),
    )
  })
})
