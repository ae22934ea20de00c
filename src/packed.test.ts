import { expect, test } from 'vitest'
import { ownCommand, packed } from './packed.ts'

test('a file is read beside the module, where this is no single binary', () => {
  expect(packed('packed.ts').toString()).toContain('export function packed')
  expect(() => packed('there-is-none')).toThrow('ENOENT')
})

test('starts again by Node, its flags and the script', () => {
  expect(ownCommand()).toEqual([process.execPath, ...process.execArgv, process.argv[1]])
})
