import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { dnsName } from '../../../test/build/names.ts'
import { readInside } from './inside.ts'
import { resolvingOf } from './inside-resolving.ts'
import { readView } from './resolver-view.ts'
import { mostFileBytes } from './script-output.ts'

const name = dnsName('localhost')

/** What `show` prints of a file: its first 20,001 bytes. */
function shown(file: string): string {
  return Buffer.from(file)
    .subarray(0, mostFileBytes + 1)
    .toString()
}

const stdoutOf = (file: string): string =>
  `@resolv\n${shown(file)}\n\n@end\n@hosts\n${shown(file)}\n\n@end\n@libc\nglibc\n@end\n@nsswitch\n@end\n\n@done\n`

/** Lines of a resolv.conf or a hosts file, of any length, and what else somebody may put there. */
const file = fc
  .tuple(
    fc.constantFrom('search ', '# ', '10.0.0.1 ', ''),
    fc.constantFrom('a.example ', 'é', '\u{1f9ed} ', '10.0.0.7 cart\n'),
    fc.integer({ min: 1, max: 25_000 }),
    fc.constantFrom('\nnameserver 10.96.0.10\n', '\n10.0.0.9 db\n', ''),
  )
  .map(([first, middle, times, last]) => `${first}${middle.repeat(times)}${last}`)

test('a file of which a part was read is not known, and nothing is said to be absent from it', () => {
  fc.assert(
    fc.property(file, (text) => {
      const isCut = Buffer.byteLength(text) > mostFileBytes
      const inside = readInside(stdoutOf(text), name, false)
      const resolving = resolvingOf(stdoutOf(text), [])
      const view = readView(stdoutOf(text))
      for (const it of [inside.resolvConf, resolving.hosts, view.resolvConf, view.hosts]) {
        expect(it.known).toBe(!isCut)
        if (!it.known) expect(it.why.reason).toBe('cut-off')
      }
      if (isCut) expect(resolving.servers).toMatchObject({ known: false, why: { reason: 'cut-off' } })
    }),
    { numRuns: 60 },
  )
})

test('whichever list of sockets was cut, what listens is not known', () => {
  const listen = (lines: string): string => `@listen\n${lines}@end\n@done\n`
  const [tcp, tcp6] = ['0100007F:1F90\n', '00000000000000000000000000000000:1F91\n']
  for (const lines of [`${tcp}more\n`, `${tcp}more\n${tcp6}`, `${tcp}${tcp6}more\n`, 'more\n'])
    expect(readInside(listen(lines), name, false).listeners).toMatchObject({
      known: false,
      why: { reason: 'cut-off' },
    })
  expect(readInside(listen(tcp + tcp6), name, false).listeners?.known).toBe(true)
})

test('a line for hosts that somebody padded is kept word by word, and one of a thousand words is not judged', () => {
  const read = (line: string) => resolvingOf(`@nsswitch\n${line}\n@end\n`, []).nsswitch
  expect(read(`hosts: files${' \t'.repeat(50_000)}dns # x`)).toEqual({ known: true, value: 'files dns' })
  expect(read(`hosts: ${'files '.repeat(1000)}dns`)).toMatchObject({ known: false, why: { reason: 'cut-off' } })
})
