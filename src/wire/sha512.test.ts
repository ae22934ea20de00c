import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { test } from 'vitest'
import { sha512 } from './sha512.ts'

test('as node:crypto has it', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 400 }),
      (text) => sha512(text) === createHash('sha512').update(text).digest('hex'),
    ),
  )
})
