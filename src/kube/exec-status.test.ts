import { expect, it } from 'vitest'
import { readExecStatus } from './exec-status.ts'

it.each([
  ['{"status":"Success"}', { code: 0 }],
  [
    '{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"137"}]}}',
    { code: 137 },
  ],
  [
    '{"status":"Failure","message":"exec: \\"/bin/x\\": stat /bin/x: no such file or directory: unknown"}',
    { failed: '"/bin/x": stat /bin/x: no such file or directory', notThere: true },
  ],
  [
    '{"status":"Failure","message":"container is not running"}',
    { failed: '“container is not running”', notThere: false },
  ],
  ['garbage', { failed: '“garbage”', notThere: false }],
  ['', { failed: 'the API server gave no reason', notThere: false }],
])('%s', (text, expected) => {
  expect(readExecStatus(text)).toEqual(expected)
})
