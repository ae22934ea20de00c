import { describe, expect, test } from 'vitest'
import { contacts, get, repeat, toPod } from '../../../test/build/contacts.ts'
import { ingress } from '../../../test/build/ingress.ts'
import { pod } from '../../../test/build/pod.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import type { ConnectResult, Contacts, DirectContact } from '../../model/contacts.ts'
import check from './bad-answer.ts'

const direct = (about: Partial<DirectContact>): DirectContact => ({
  node: 'worker-1',
  service: { namespace: 'shop', name: 'web', port: 80 },
  pod: 'web-1',
  ip: '10.2.1.9',
  port: 8080,
  host: 'web.example.com',
  path: '/',
  basis: 'declared',
  status: 200,
  error: null,
  ms: 5,
  ...about,
})
const connecting = (how: ConnectResult): Partial<Contacts> => ({
  connects: [toPod('web', 'worker-1', pod('web-1'), repeat(3, how))],
})

/** Words of causes, and what of the evidence rules them out. */
const causes = {
  cannotConnect: /could not connect|cannot connect|refused|nobody listens|no answer, so|get no answer/,
  nobody: /no ready endpoint|nobody to ask/,
  app: /the application itself/,
} as const

interface Row {
  readonly it: string
  readonly status: number
  readonly ms?: number
  readonly seen: Partial<Contacts>
  readonly says: RegExp
  readonly not: readonly RegExp[]
}

const rows: readonly Row[] = [
  {
    it: '502, and the pods say it themselves',
    status: 502,
    seen: { direct: [direct({ status: 502 })] },
    says: causes.app,
    not: [causes.cannotConnect, /protocol/],
  },
  {
    it: '502, and the pods answer well',
    status: 502,
    seen: { direct: [direct({})] },
    says: /between the controller and them/,
    not: [causes.cannotConnect, causes.app],
  },
  {
    it: '502, and they take connections',
    status: 502,
    seen: connecting('open'),
    says: causes.app,
    not: [causes.cannotConnect],
  },
  { it: '502, and they refuse', status: 502, seen: connecting('refused'), says: /nobody listens/, not: [causes.app] },
  { it: '502, and nobody asked', status: 502, seen: {}, says: causes.app, not: [] },
  { it: '503, and they take connections', status: 503, seen: connecting('open'), says: /limit/, not: [causes.nobody] },
  {
    it: '504 after 3.6 s, and they take connections',
    status: 504,
    ms: 3584,
    seen: connecting('open'),
    says: /read-timeout/,
    not: [causes.cannotConnect, /5-15/],
  },
  {
    it: '504, and they are as slow',
    status: 504,
    ms: 3584,
    seen: { direct: [direct({ ms: 3010 })] },
    says: /take as long/,
    not: [causes.cannotConnect, /policy/],
  },
  {
    it: '504, and they are silent',
    status: 504,
    ms: 15_000,
    seen: connecting('timeout'),
    says: /connect-timeout/,
    not: [/slow/],
  },
  {
    it: '504, and nobody asked',
    status: 504,
    ms: 15_000,
    seen: {},
    says: /connect timeout.*read timeout/,
    not: [/5-15/],
  },
]

describe('a note offers the causes that the evidence leaves, and no help leads back to its own page', () => {
  test.each(rows)('$it', ({ status, ms = 12, seen, says, not }) => {
    const http = [get('/', status, { ms }), get('/', status, { ms })]
    const given = modelOf({ ingresses: [ingress([['/', 'web', 80]])], contacts: { ...contacts([], http), ...seen } })
    const [found] = diagnose(given, { checks: [check] }).results[0]?.findings ?? []
    if (found === undefined) throw new Error('no finding')
    const note = check.words.note(found) ?? ''
    expect(note).toMatch(says)
    for (const it of not) expect(note).not.toMatch(it)
    expect(check.words.help(found).join('\n')).not.toContain('hopscope diagnose')
  })
})

describe('silence, bytes and other answers of the same controller are told apart', () => {
  const hangs = { error: 'ECONNRESET' }
  test.each<[string, Contacts['http'], string, RegExp, RegExp]>([
    ['nothing came at all', [get('/', null, hangs)], 'error', /did not answer/, /other requests/],
    ['it answers another path', [get('/', null, hangs), get('/cart', 302)], 'alone', /is up/, /is down|overloaded/],
    [
      'bytes came',
      [get('/', null, { error: 'HPE_INVALID_HEADER_TOKEN' }), get('/cart', 302)],
      'garbled',
      /bytes that are no HTTP/,
      /did not answer|is down/,
    ],
    ['500, and nobody asked', [get('/', 500)], '500', /or by the controller itself/, /most likely|network/],
  ])('%s', (_, http, worst, says, not) => {
    const given = modelOf({
      ingresses: [
        ingress([
          ['/', 'web', 80],
          ['/cart', 'web', 80],
        ]),
      ],
      contacts: contacts([], http),
    })
    const [found] = diagnose(given, { checks: [check] }).results[0]?.findings ?? []
    if (found === undefined) throw new Error('no finding')
    expect(`${found.args['worst']}`).toBe(worst)
    const told = `${check.words.headline(found)} ${check.words.note(found)}`
    expect(told).toMatch(says)
    expect(told).not.toMatch(not)
    if (worst === 'garbled') expect(told).toMatch(/gives an answer that is no HTTP \(HPE_/)
  })
})
