import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { accessReader, logFormat } from './reader.ts'

/** What a real nginx wrote: test/fixtures/nginx/README.md. */
const folder = join(import.meta.dirname, '..', '..', '..', 'test', 'fixtures', 'nginx')
const file = (name: string): string => readFileSync(join(folder, name), 'utf8')
const custom = [...file('nginx.conf').matchAll(/log_format (?:json escape=json|words) '(.*)';$/gm)].map(
  ([, it]) => it ?? '',
)

const web = '127.0.0.1:18090'
const gone = '127.0.0.1:18099'

/** Each try: server, status, and whether there was a connection and a header of its answer. */
const sent = [
  ['/ok?a=b', 200, 12, [[web, 200, true, true]]],
  ['/slow', 200, 14, [[web, 200, true, true]]],
  ['/broken', 500, 16, [[web, 500, true, true]]],
  ['/late', 504, 167, [[web, 504, true, false]]],
  ['/cut', 502, 157, [[web, 502, true, false]]],
  ['/gone', 502, 157, [[gone, 502, false, false]]],
  [
    '/two',
    200,
    13,
    [
      [gone, 502, false, false],
      ['127.0.0.1:18098', 200, true, true],
    ],
  ],
  ['/denied', 403, 153, []],
  ['/nobody', 503, 197, []],
  [null, 400, 157, []],
] as const

describe.each([
  ['own', false],
  ['json', true],
  ['words', true],
] as const)('the format `%s`', (name, isCustom) => {
  const read = accessReader(custom.flatMap((it) => logFormat(it) ?? []))
  const lines = file(`${name}.txt`).trim().split('\n')

  test.each(sent.map((it, at) => [it[0] ?? 'no HTTP', it, lines[at] ?? ''] as const))('%s', (_, its, line) => {
    const [path, status, bytes, tries] = its
    const got = read(line)
    if (got?.kind !== 'request') throw new Error(`no request: ${line}`)
    expect(got).toMatchObject({
      dialect: 'nginx',
      client: '127.0.0.1',
      method: path === null ? null : 'GET',
      host: isCustom && path !== null ? 'shop.example.com' : null,
      path,
      status,
      bytes,
      retries: Math.max(0, tries.length - 1),
      requestId: '5f1c2d',
      backend: isCustom || path === null ? null : 'shop-web-80',
      tells: { connect: isCustom, header: isCustom },
    })
    expect(got.at === null ? null : new Date(got.at).toISOString()).toMatch(/^2026-12-01T00:3\d:\d\d\.000Z$/)
    expect(got.tries?.map((it) => [it.address, it.status])).toEqual(tries.map((it) => it.slice(0, 2)))
    expect(got.tries?.map((it) => [it.connectMs !== null, it.headerMs !== null])).toEqual(
      tries.map(([, , connect, header]) => (isCustom ? [connect, header] : [false, false])),
    )
    const total = isCustom
      ? (/"rt":([\d.]+)/.exec(line) ?? /\|([\d.]+)\|5f1c2d$/.exec(line))
      : / \d+ ([\d.]+) \[/.exec(line)
    expect(got.spent.total).toBe(Math.round(1000 * Number(total?.[1])))
  })
})
