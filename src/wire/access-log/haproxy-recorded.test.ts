import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { accessReader, logFormat } from './reader.ts'

/** What a real HAProxy wrote: test/fixtures/haproxy/README.md. */
const folder = join(import.meta.dirname, '..', '..', '..', 'test', 'fixtures', 'haproxy')
const file = (name: string): string => readFileSync(join(folder, name), 'utf8')
const formats = [...file('haproxy.cfg').matchAll(/^ *log-format (?:'(.*)'|"(.*)")$/gm)].map(
  ([, one, other]) => one ?? other ?? '',
)

/** The same in each format; `queue` and so on: whether there was such a time. */
const sent = [
  [
    '/ok?a=b',
    { status: 200, bytes: 103, address: 'web', retries: 0, flags: '----', queue: true, connect: true, header: true },
  ],
  [
    '/slow',
    { status: 200, bytes: 105, address: 'web', retries: 0, flags: '----', queue: true, connect: true, header: true },
  ],
  [
    '/broken',
    { status: 500, bytes: 126, address: 'web', retries: 0, flags: '----', queue: true, connect: true, header: true },
  ],
  [
    '/late',
    { status: 504, bytes: 198, address: 'web', retries: 0, flags: 'sH--', queue: true, connect: true, header: false },
  ],
  [
    '/cut',
    { status: 502, bytes: 209, address: 'web', retries: 0, flags: 'SH--', queue: true, connect: true, header: false },
  ],
  // To another server at last.
  [
    '/dead',
    { status: 200, bytes: 103, address: 'web', retries: 2, flags: '----', queue: true, connect: true, header: true },
  ],
  [
    '/denied',
    { status: 403, bytes: 56, address: null, retries: 0, flags: 'LR--', queue: false, connect: false, header: false },
  ],
  [
    '/gone',
    {
      status: 503,
      bytes: 217,
      address: 'dead',
      retries: 2,
      flags: 'SC--',
      queue: true,
      connect: false,
      header: false,
      backend: 'gone',
    },
  ],
  [
    '/nobody',
    {
      status: 503,
      bytes: 217,
      address: null,
      retries: 0,
      flags: 'SC--',
      queue: false,
      connect: false,
      header: false,
      backend: 'none',
    },
  ],
  [
    '/q#22uote%22',
    { status: 200, bytes: 103, address: 'web', retries: 0, flags: '----', queue: true, connect: true, header: true },
  ],
  [
    '/without',
    {
      status: 200,
      bytes: 69,
      address: 'web',
      retries: 0,
      flags: '----',
      queue: true,
      connect: true,
      header: true,
      host: null,
    },
  ],
  // What was no HTTP.
  [
    null,
    {
      status: 400,
      bytes: 0,
      address: null,
      retries: 0,
      flags: 'PR--',
      queue: false,
      connect: false,
      header: false,
      host: null,
      method: null,
    },
  ],
] as const

describe.each([
  ['own', false],
  ['plain', true],
  ['json', true],
] as const)('the format `%s`', (name, saysHost) => {
  const read = accessReader(formats.flatMap((it) => logFormat(it) ?? []))
  const lines = file(`${name}.txt`).trim().split('\n')

  test.each(sent.map(([path, its], at) => [path ?? 'no HTTP', path, its, lines[at] ?? ''] as const))(
    '%s',
    (_, path, { address, queue, connect, header, ...its }, line) => {
      const got = read(line)
      if (got?.kind !== 'request') throw new Error(`no request: ${line}`)
      const host = saysHost ? 'shop.example.com' : null
      const backend = path === null ? name : 'shop'
      expect(got).toMatchObject({
        dialect: 'haproxy',
        client: '127.0.0.1',
        method: 'GET',
        path,
        backend,
        ...its,
        host: saysHost && !('host' in its) ? host : null,
      })
      expect(got.at).toBe(Date.parse(`2026-12-01T${/2026:([\d:.]+)/.exec(line)?.[1]}Z`))
      expect(got.tries?.map((it) => it.address)).toEqual(address === null ? [] : [address])
      const { spent } = got
      expect([spent.queue !== null, spent.connect !== null, spent.header !== null]).toEqual([queue, connect, header])
      expect(spent.total).toBe(Number(/(?:Tt=|"Ta":|(?:-?\d+\/){4})(\d+)/.exec(line)?.[1]))
    },
  )
})

test('quotes that are asked for once, taken back, or not asked for; blanks around what writes nothing', () => {
  const its = logFormat('%{+Q}o %s %{-Q}b  %ST %{-Q}o %b %{+Q}hr %HM')
  if (its === null) throw new Error('no format')
  const read = accessReader([its])
  // As HAProxy wrote it.
  expect(read('"web" shop 200 shop "{127.0.0.1:18082}" GET')).toMatchObject({
    status: 200,
    method: 'GET',
    backend: 'shop',
    tries: [{ address: 'web' }],
  })
  expect(read('"<NOSRV>" shop 403 shop "{127.0.0.1:18082}" GET')).toMatchObject({ status: 403, tries: [] })
})
