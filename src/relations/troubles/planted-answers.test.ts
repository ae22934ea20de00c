import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../../test/build/effort.ts'
import { certificate, contacts, get, getOf, pageOf, repeat, stranger, toPod } from '../../../test/build/contacts.ts'
import * as F from '../../../test/build/dns-faults.ts'
import { ingress } from '../../../test/build/ingress.ts'
import { node } from '../../../test/build/node.ts'
import { pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { checks } from '../../checks/registry.ts'
import { diagnose, exitCode } from '../../engine.ts'
import type { Contacts, DirectContact, HttpContact, HttpEnd } from '../../model/contacts.ts'
import { known, unknown } from '../../model/known.ts'
import { type Model, type SourceName, sourceNames } from '../../model/sources.ts'

const asCli = { failOn: 'warning', strict: false } as const
const pods = [1, 2, 3].map((it) => pod(`web-${it}`, { ip: `10.2.1.${it}` }))
const nodes = ['worker-1', 'worker-2', 'worker-3']
const well = { scheme: 'http', basis: 'declared', page: pageOf('app') } as const
const http: readonly HttpContact[] = nodes.flatMap((on) =>
  ['/', '/', '/cart', '/cart'].map((path) => get(path, 200, { node: on, ...well })),
)
const direct: readonly DirectContact[] = nodes.flatMap((on) =>
  pods.map(({ name, ip }) => getOf('web', name, 200, { node: on, ip: ip ?? '', page: pageOf('app') })),
)
const connects = nodes.flatMap((on) => pods.map((it) => toPod('web', on, it, repeat(5, 'open'))))
const strangers = nodes.map((on) => stranger(404, { node: on }))

function seeing(about: Partial<Contacts>): Model {
  return modelOf({
    ...F.cluster(),
    pods,
    services: [service('web')],
    endpointSlices: [slice('web', pods)],
    ingresses: [
      ingress([
        ['/', 'web', 80],
        ['/cart', 'web', 80],
      ]),
    ],
    networkPolicies: [],
    namespaces: [],
    nodes: F.workers.map((it) => node(it)),
    contacts: { ...contacts(connects, http), direct, strangers, ...about },
  })
}

/** What takes sight away takes no trouble away; without the Ingresses nobody knows that a request was one's own. */
const gone = fc.subarray(sourceNames.filter((it) => it !== 'contacts' && it !== 'ingresses'))
function blind(model: Model, names: readonly SourceName[]): Model {
  const sources = Object.fromEntries(names.map((it) => [it, unknown('forbidden', 'no right to')]))
  return { ...model, sources: { ...model.sources, ...sources } }
}

function said(model: Model): string {
  return diagnose(model, { checks })
    .results.flatMap(({ check, findings }) =>
      findings.flatMap((it) => [
        it.subject.name,
        check.words.headline(it),
        check.words.detail(it),
        JSON.stringify(it.evidence),
      ]),
    )
    .join('\n')
}

const bytes = fc.nat(9999)
const fails: fc.Arbitrary<Pick<HttpEnd, 'status' | 'error'>> = fc.oneof(
  fc.integer({ min: 500, max: 599 }).map((status) => ({ status, error: null })),
  fc
    .constantFrom(
      'ECONNREFUSED',
      'ECONNRESET',
      'EPROTO',
      'EHOSTUNREACH',
      'HPE_INVALID_CONSTANT',
      'no connection within 18000 ms',
      'no complete answer within 18000 ms',
    )
    .map((error) => ({ status: null, error })),
  bytes.map((it) => ({
    status: 200,
    error: `no complete answer within 18000 ms: ${it} bytes of the body came, and no end`,
  })),
  fc.constant({ status: 200, error: 'the body did not end: ECONNRESET' }),
  fc.constant({ status: 308, error: 'redirects in a circle' }),
)
/** Some of a list, and never all: the other answers show that the way is open. */
const some = (of: number) =>
  fc.subarray(
    Array.from({ length: of }, (_, i) => i),
    { minLength: 1, maxLength: of - 1 },
  )
const planted = <T extends HttpEnd>(its: readonly T[], at: readonly number[], end: Partial<T>): readonly T[] =>
  its.map((it, i) => (at.includes(i) ? { ...it, ...end } : it))

describe('a bad answer is told, whoever gave it and whoever got it', () => {
  test('all well: nothing is told', () => {
    expect(said(seeing({}))).toBe('')
    expect(exitCode(diagnose(seeing({}), { checks }), asCli)).toBe(0)
  })

  test('by a controller, to any request', () => {
    fc.assert(
      fc.property(some(http.length), fails, gone, (at, end, without) => {
        const model = blind(seeing({ http: planted(http, at, end) }), without)
        expect(exitCode(diagnose(model, { checks }), asCli)).toBe(1)
        expect(said(model)).toMatch(/Ingress shop\/web/)
      }),
      { numRuns: runs(200) },
    )
  })

  test('by an endpoint, once or always, to any node', () => {
    fc.assert(
      fc.property(
        some(direct.length),
        fails,
        fc.constantFrom('declared' as const, 'guessed' as const, 'url' as const),
        gone,
        (at, end, basis, without) => {
          const model = blind(seeing({ direct: planted(direct, at, { ...end, basis }) }), without)
          expect(exitCode(diagnose(model, { checks }), asCli)).toBe(1)
          for (const it of at) expect(said(model)).toContain(direct[it]?.pod ?? 'nobody')
        },
      ),
      { numRuns: runs(100) },
    )
  })

  test('by every endpoint', () => {
    fc.assert(
      fc.property(
        fails.filter(({ status }) => status !== null),
        gone,
        (end, without) => {
          const model = blind(
            seeing({
              direct: planted(
                direct,
                direct.map((_, i) => i),
                end,
              ),
            }),
            without,
          )
          expect(exitCode(diagnose(model, { checks }), asCli)).toBe(1)
        },
      ),
    )
  })

  test('by a node that does not forward a NodePort', () => {
    const result = fc.constantFrom('refused' as const, 'timeout' as const, 'no-route' as const)
    fc.assert(
      fc.property(some(3), result, gone, (at, how, without) => {
        const nodePorts = nodes.map((on, i) => ({
          node: 'worker-1',
          service: { namespace: 'shop', name: 'web', port: 80 },
          at: { node: on, ip: `192.168.0.${i}` },
          port: 30080,
          tries: repeat(3, at.includes(i) ? how : 'open'),
        }))
        const model = blind(seeing({ nodePorts }), without)
        expect(exitCode(diagnose(model, { checks }), asCli)).toBe(1)
        for (const it of at) expect(said(model)).toContain(nodes[it])
      }),
    )
  })

  test('as the page of an unknown host, or as 404', () => {
    fc.assert(
      fc.property(some(http.length), fc.boolean(), gone, (at, own, without) => {
        const model = blind(
          seeing({ http: planted(http, at, { status: 404, page: pageOf(own ? 'controller' : 'app') }) }),
          without,
        )
        expect(exitCode(diagnose(model, { checks }), asCli)).toBe(1)
        expect(
          diagnose(model, { checks })
            .results.filter((it) => it.findings.length > 0)
            .map((it) => it.check.code),
        ).toEqual([own ? 'ING307' : 'ING308'])
      }),
    )
  })

  test('as a certificate that a browser refuses', () => {
    const fault = fc.constantFrom(
      { validity: 'expired' as const },
      { validity: 'not-yet' as const },
      { covers: false, names: ['else.example.com'] },
    )
    fc.assert(
      fc.property(some(http.length), fault, gone, (at, about, without) => {
        const given = seeing({
          http: planted(
            http.map((it) => ({ ...it, scheme: 'https' as const, certificate: certificate() })),
            at,
            { certificate: certificate(about) },
          ),
        })
        const withTls = {
          ...given,
          sources: {
            ...given.sources,
            ingresses: known([
              ingress(
                [
                  ['/', 'web', 80],
                  ['/cart', 'web', 80],
                ],
                { tls: [{ hosts: [], secret: 'web-tls' }] },
              ),
            ]),
          },
        }
        expect(exitCode(diagnose(blind(withTls, without), { checks }), asCli)).toBe(1)
      }),
    )
  })
})

describe('what is no answer is never taken for one', () => {
  test('a redirect of the controller alone', () => {
    const redirect = fc.record({ status: fc.constantFrom(301, 302, 303, 307, 308), location: fc.webUrl() })
    fc.assert(
      fc.property(redirect, fc.boolean(), gone, (end, asked, without) => {
        const model = blind(
          seeing({
            http: planted(
              http,
              http.map((_, i) => i),
              end,
            ),
            ...(asked ? {} : { direct: [] }),
          }),
          without,
        )
        expect(diagnose(model, { checks }).results.find((it) => it.check.code === 'ING305')?.verdict).not.toBe('ok')
      }),
      { numRuns: runs(40) },
    )
  })

  test('the silence of a probe that got the CPU late accuses nobody; what it was told does', () => {
    const late = fc.integer({ min: 1000, max: 20_000 })
    fc.assert(
      fc.property(
        late,
        fc.constantFrom('http' as const, 'direct' as const, 'connects' as const),
        fc.boolean(),
        (p99Ms, where, isSilent) => {
          const end = isSilent
            ? { status: null, error: 'no complete answer within 18000 ms' }
            : { status: 503, error: null }
          const on = (its: readonly { readonly node: string }[]) =>
            its.flatMap((it, i) => (it.node === 'worker-1' ? [i] : []))
          const tries = repeat(5, isSilent ? 'timeout' : 'refused')
          const about = {
            http: { http: planted(http, on(http), end) },
            direct: { direct: planted(direct, on(direct), end) },
            connects: { connects: connects.map((it) => (it.node === 'worker-1' ? { ...it, tries } : it)) },
          }[where]
          const given = seeing(about)
          const { dnsProbe } = given.sources
          const model = {
            ...given,
            sources: {
              ...given.sources,
              dnsProbe: dnsProbe.known ? known({ ...dnsProbe.value, lag: [{ node: 'worker-1', p99Ms }] }) : dnsProbe,
            },
          }
          expect(/Ingress shop\/web|Service shop\/web/.test(said(model))).toBe(!isSilent)
        },
      ),
    )
  })
})
