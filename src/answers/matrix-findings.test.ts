import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { connect, world } from '../../test/build/matrix.ts'
import { modelOf } from '../../test/describe-check.ts'
import { checks } from '../checks/registry.ts'
import { diagnose, exitCode } from '../engine.ts'
import { matrixExitCode, matrixOf } from './matrix.ts'

const names = ['web', 'cart', 'db'] as const
const pairs = names.flatMap((from) => names.filter((to) => to !== from).map((to) => [from, to] as const))
const measured = fc.tuple(
  ...pairs.map(([from, to]) =>
    fc
      .constantFrom('open' as const, 'refused' as const, 'timeout' as const, 'no-route' as const, null, 'not-asked')
      .map((result) => (result === 'not-asked' ? [] : [connect(from, to, result)])),
  ),
)
const judges = checks.filter((it) => it.code === 'POL411' || it.code === 'POL422')

/*
 * The table and the findings are two ways to say one thing: whichever pairs are not as the policies say, there is a
 * finding for them, and where all are, there is none.
 */
test('whatever was measured: a cell disagrees where a finding says so, and nowhere else', () => {
  fc.assert(
    fc.property(measured, (results) => {
      const model = modelOf({ ...world, crossings: results.flat() }, {}, { namespace: 'shop' })
      const matrix = matrixOf(model, { port: null })
      if (matrix === null) throw new Error('no matrix')
      const diagnosis = diagnose(model, { checks: judges })
      const told = exitCode(diagnosis, { failOn: 'warning', strict: false })
      expect(told).toBe(matrixExitCode(matrix))
      const wrong = matrix.cells.filter((it) => it.disagrees !== null)
      const codes = new Set(diagnosis.results.flatMap((it) => it.findings).map((it) => it.code))
      expect(codes.has('POL411')).toBe(wrong.some((it) => it.disagrees === 'not-enforced'))
      expect(codes.has('POL422')).toBe(wrong.some((it) => it.disagrees === 'stopped'))
    }),
  )
})
