import { expect, test } from 'vitest'
import { fromOutside } from '../wire/outside.ts'
import { sha512 } from '../wire/sha512.ts'

test('a hash comes through the door as it is, or no text would be the one that runs', () => {
  const corefileHash = sha512('any')
  expect(fromOutside({ corefileHash, config: corefileHash })).toEqual({ corefileHash, config: corefileHash })
})
