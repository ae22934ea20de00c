import { describe, expect, test } from 'vitest'
import { type Known, known, unknown } from '../../model/known.ts'
import { mayDiffer } from './expected-resolv-conf.ts'

const mounted = { resolvConfMount: { kind: 'ConfigMap', name: 'own-dns' } }

describe("whether a pod's own resolv.conf may be another than its spec implies", () => {
  test.each<[string, Known<string>, boolean, boolean]>([
    ['it was read', known('nameserver 10.96.0.10'), false, false],
    ['no shell', unknown('not-there', 'the container has no shell'), false, true],
    ['exec is forbidden', unknown('forbidden', 'create pods/exec'), false, true],
    ['--no-exec', unknown('not-asked', 'left out'), false, true],
    ['its user may not read it', unknown('failed', 'it is there, and user 1000 may not read it'), true, true],
    ['the shell hangs', unknown('timed-out', 'sh did not end within 55 s'), true, true],
    ['it is too long', unknown('cut-off', 'more than 20000 bytes'), true, true],
  ])('%s', (_, read, plain, withMount) => {
    expect(mayDiffer({}, read)).toBe(plain)
    expect(mayDiffer(mounted, read)).toBe(withMount)
  })
})
