import { expect, test } from 'vitest'
import { startFailure } from './start-failure.ts'

const runc = 'OCI runtime create failed: runc create failed: unable to start container process: exec: "/srv/app": '
test.each([
  ['standard_init_linux.go:228: exec user process caused: exec format error', 'exec-format'],
  [`${runc}stat /srv/app: no such file or directory`, 'no-program'],
  [`${runc}executable file not found in $PATH`, 'no-program'],
  [`${runc}permission denied`, 'not-executable'],
  ['open /data/db: permission denied', null],
  ['', null],
])('%s', (said, why) => expect(startFailure(said)?.why ?? null).toBe(why))

test('the program is told as it was named', () => {
  expect(startFailure(`${runc}permission denied`)?.program).toBe('/srv/app')
  expect(startFailure('exec format error')?.program).toBeNull()
})
