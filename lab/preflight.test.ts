// A package without its evidence is looked for as a command of its own name, and is then missing on every machine.
import { expect, test } from 'vitest'
import { EVIDENCE, packages } from './preflight.ts'

test('each package of the list has a file or command that shows it is installed, and there is none beside them', () => {
  expect(Object.keys(EVIDENCE).toSorted()).toEqual(packages().toSorted())
})
