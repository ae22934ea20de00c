import { describe, expect, test } from 'vitest'
import { ingress } from '../../../test/build/ingress.ts'
import { nginxConf } from '../../../test/build/ingress-config.ts'
import { known, unknown } from '../../model/known.ts'
import type { EarlyRefusals } from '../../wire/access-log/early-refusals.ts'
import type { LateError } from '../../wire/access-log/said-lately.ts'
import { parseNginxConf } from '../../wire/nginx-conf.ts'
import { latelyOf } from './said-lately.ts'

const at = Date.UTC(2026, 10, 28, 10, 56, 37)
const rule = (host: string | null, path: string, service: string) => ({
  host,
  paths: [{ path, pathType: 'Prefix', backend: { service, port: 80, path: 'spec' } }],
})
const web = ingress([
  ['/', 'web', 80],
  ['/up', 'up', 80],
])
const wild = ingress([], { name: 'wild', rules: [rule('*.shop.example', '/', 'wild')] })
const bare = ingress([], { name: 'bare', rules: [rule(null, '/bare', 'bare')] })
const other = ingress([], { namespace: 'theirs', name: 'other', rules: [rule('other.example.com', '/', 'other')] })

function late(about: Partial<LateError> = {}): LateError {
  return {
    at,
    trouble: 'body-too-big',
    server: 'web.example.com',
    host: 'web.example.com',
    path: '/up/a?b=c',
    upstream: null,
    bytes: 5_000_000,
    ...about,
  }
}

interface Around {
  readonly limit?: string
  readonly changedAt?: number
  readonly lines?: number
  readonly early?: readonly EarlyRefusals[]
}

function read(errors: readonly LateError[], { limit = '1m', changedAt = 0, lines = 400, early = [] }: Around = {}) {
  const text = nginxConf([web, wild, bare, other]).replaceAll(
    'proxy_read_timeout',
    `client_max_body_size ${limit};\n      proxy_read_timeout`,
  )
  const log = known({ lines, from: at - 10_000, until: at, errors, early })
  const plan = {
    ingresses: new Map([web, wild, bare].map((it) => [`${it.namespace}/${it.name}`, ''])),
    changedAt: new Map([['shop/web', changedAt]]),
  }
  const found = latelyOf(log, { conf: known(parseNginxConf(text)) }, plan)
  if (!found.known) throw new Error('it was read')
  return found.value
}

test('equal ones are counted, by the location that takes them', () => {
  const { requests, unplaced } = read([late(), late({ at: at - 5000, bytes: 9_000_000 }), late({ path: '/' })])
  expect(unplaced).toBe(0)
  expect(requests).toMatchObject([
    { ingress: { namespace: 'shop', name: 'web' }, service: 'up', path: '/up', times: 2, largest: 9_000_000, last: at },
    { service: 'web', path: '/', times: 1, largest: 5_000_000 },
  ])
  expect(JSON.stringify(requests)).not.toContain('b=c')
})

describe('whose request it was', () => {
  test.each([
    ['an encoded path', { path: '/%75p' }, 'up'],
    ['a broken encoding', { path: '/%zz' }, 'web'],
    ['a wildcard', { server: String.raw`^(?<subdomain>[\w-]+)\.shop\.example$`, path: '/x' }, 'wild'],
    ['any host, whatever the client calls it', { server: '_', host: 'web.example.com', path: '/bare' }, 'bare'],
    ['no server in the line: by the host', { server: null, path: '/up' }, 'up'],
    [
      'a cut line, where the host has one Service',
      { server: String.raw`^(?<subdomain>[\w-]+)\.shop\.example$`, path: null },
      'wild',
    ],
  ])('%s', (_name, about, service) => {
    expect(read([late(about)])).toMatchObject({ requests: [{ service }], unplaced: 0 })
  })

  test('not told: a cut line, where the host has two', () => {
    expect(read([late({ path: null })])).toMatchObject({ requests: [], unplaced: 1 })
  })

  test.each([
    ['a server that is gone', { server: 'gone.example.com' }],
    ['no such path', { server: '_', path: '/none' }],
  ])('nobody’s: %s', (_name, about) => {
    expect(read([late(about)])).toMatchObject({ requests: [], unplaced: 0 })
  })

  test('of an Ingress that nobody asked about nothing is kept', () => {
    expect(read([late({ server: 'other.example.com', path: '/' })])).toMatchObject({ requests: [], unplaced: 0 })
  })
})

describe('what is over by now', () => {
  test.each([
    ['older than the last change', {}, { changedAt: at + 1 }, 0, 1],
    ['a moment younger: a controller takes its time', {}, { changedAt: at - 19_000 }, 0, 1],
    ['younger by more than a controller takes', {}, { changedAt: at - 20_000 }, 1, 0],
    ['it would be taken now', {}, { limit: '8M' }, 0, 1],
    ['any would be taken now', {}, { limit: '0' }, 0, 1],
    ['still too large', {}, { limit: '4096k' }, 1, 0],
    ['a size that is not known', { bytes: null }, { limit: '8m' }, 1, 0],
    ['no upload', { trouble: 'limited' as const, bytes: null }, { limit: '0' }, 1, 0],
  ])('%s', (_name, about, around, times, over) => {
    expect(read([late(about)], around).requests).toMatchObject([{ times, over, last: times === 0 ? null : at }])
  })
})

describe('refused before a backend was chosen', () => {
  const early = { path: '/home', status: 400, times: 6, last: at, others: 6, backends: ['shop-web-80'] }
  test('of the Ingress that alone answers to the path', () => {
    expect(read([], { early: [early] }).requests).toMatchObject([
      { ingress: { name: 'web' }, path: '/', trouble: 'refused-early', times: 6, early: { status: 400, others: 6 } },
    ])
  })
  test.each([
    ['one that nobody asked about', { backends: ['theirs-other-80'] }],
    ['nobody answers to it', { backends: [] }],
  ])('no word: %s', (_, about) => expect(read([], { early: [{ ...early, ...about }] }).requests).toEqual([]))
  test('of several that share the path, one entry', () => {
    const two = { ...early, backends: ['shop-web-80', 'shop-wild-80'] }
    expect(read([], { early: [two] }).requests).toMatchObject([
      { ingress: { name: 'web' }, times: 6, early: { sharedBy: [{ namespace: 'shop', name: 'wild' }] } },
    ])
    const theirs = { ...early, backends: ['theirs-other-80', 'shop-wild-80'] }
    const { requests } = read([], { early: [theirs] })
    expect(requests).toMatchObject([{ ingress: { name: 'wild' }, early: { sharedBy: [] } }])
    expect(JSON.stringify(requests)).not.toContain('theirs')
  })
  test('older than the last change', () => {
    expect(read([], { early: [early], changedAt: at + 1 }).requests).toMatchObject([{ times: 0, over: 6 }])
  })
})

test('a log of as many lines as are read may go on before', () => {
  expect([read([], { lines: 20_000 }).cutOff, read([], { lines: 19_999 }).cutOff]).toEqual([true, false])
})

test('what was not read is unknown, with its reason', () => {
  const plan = { ingresses: new Map(), changedAt: new Map() }
  const forbidden = unknown('forbidden', 'get pods/log')
  expect(latelyOf(forbidden, { conf: unknown('failed', 'x') }, plan)).toEqual(forbidden)
  const log = known({ lines: 1, from: null, until: null, errors: [], early: [] })
  expect(latelyOf(log, { conf: forbidden }, plan)).toMatchObject({ known: false, why: { reason: 'forbidden' } })
})
