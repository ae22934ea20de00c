import { expect, test } from 'vitest'
import { unknown } from '../model/known.ts'
import { TooMany } from '../wire/too-many.ts'
import { projectOne } from './projected.ts'

const tooMuch = (): never => {
  throw new TooMany('9 labels')
}

test.each([
  [{ name: 'cart' }, 'cart'],
  [{ name: 'cart', namespace: 'shop' }, 'shop/cart'],
  [{ name: 'n'.repeat(100_000), namespace: 's'.repeat(100_000) }, `${'s'.repeat(253)}…/${'n'.repeat(253)}…`],
])('an object that has too much of something is named, however long its name', (metadata, named) => {
  expect(projectOne({ metadata }, tooMuch)).toEqual(unknown('cut-off', `${named} has 9 labels, more than is read`))
})
