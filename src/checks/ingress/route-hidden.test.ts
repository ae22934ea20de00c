import fc from 'fast-check'
import { expect, test } from 'vitest'
import { beside, ingressRoute } from '../../../test/build/beside.ts'
import { controller } from '../../../test/build/ingress.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import { projectIngressRoute } from '../../collect/project/traefik.ts'
import type { IngressRoute } from '../../model/beside.ts'
import type { IngressController } from '../../model/ingress.ts'
import { isHidden } from '../../relations/ingress/traefik-order.ts'
import { createIntern } from '../../wire/intern.ts'
import check from './route-hidden.ts'

type Crd = NonNullable<IngressController['crd']>

const traefik = (crd: Partial<Crd> = {}): IngressController =>
  controller({
    namespace: 'traefik',
    pod: 'traefik-1',
    controller: 'traefik.io/ingress-controller',
    image: 'traefik:v3.3.4',
    crd: { watches: null, className: null, acrossNamespaces: 'no', externalNames: 'no', ...crd },
  })

interface Written {
  readonly name?: string
  readonly match: string
  readonly priority?: number
  readonly service?: string
  readonly entryPoints?: readonly string[]
  readonly tls?: object
  readonly middlewares?: readonly object[]
}

/** As it is read from its manifest. */
function written({ name = 'web', match, priority, service = 'web', entryPoints, tls, middlewares }: Written) {
  const route = { kind: 'Rule', match, priority, services: [{ name: service, port: 80 }], middlewares }
  const spec = { entryPoints, routes: [route], tls }
  const it = projectIngressRoute({ metadata: { name, namespace: 'shop' }, spec }, 'traefik.io', createIntern())
  if (it === null) throw new Error('no IngressRoute')
  return it
}

const given = (routes: readonly IngressRoute[], ...controllers: readonly IngressController[]) => ({
  beside: beside({ ingressRoutes: routes }),
  ingressControllers: controllers.length === 0 ? [traefik()] : controllers,
})
const web = { match: 'Host(`web.example.com`) && PathPrefix(`/api`)' }
const wide = (more: Partial<Written> = {}) =>
  written({ name: 'old', match: 'PathPrefix(`/`)', priority: 1000, service: 'old', ...more })
const found = [{ subject: 'IngressRoute/shop/web', severity: 'warning' as const, confidence: 'inferred' as const }]
const one = (own: Partial<Written>, other: IngressRoute) => given([written({ ...web, ...own }), other])

describeCheck(check, [
  {
    it: 'a route for everything, with a priority',
    given: one({}, wide()),
    expect: [
      { subject: 'IngressRoute/shop/web', args: { of: 'web.example.com, /api…', by: 'shop/old', byWeight: 1000 } },
    ],
  },
  {
    it: 'a wide rule that is longer than a narrow one',
    given: given([
      written({ match: 'Host(`a.io`) && Path(`/api`)' }),
      wide({ match: 'PathPrefix(`/`) && (Host(`a.io`) || Host(`b.io`))', priority: 0 }),
    ]),
    expect: found,
  },
  {
    it: 'the prefix of a word',
    given: given([
      written({ match: 'Host(`a.io`) && PathPrefix(`/shopping`)' }),
      wide({ match: 'Host(`a.io`) && PathPrefix(`/shop`)' }),
    ]),
    expect: found,
  },
  {
    it: 'that asks for a method as well',
    given: one({ match: 'Host(`a.io`) && Method(`GET`)' }, wide()),
    expect: found,
  },
  { it: 'of less priority', given: one({ priority: 2000 }, wide()), expect: 'ok' },
  { it: 'a wide rule that is shorter', given: one({}, wide({ priority: 0 })), expect: 'ok' },
  {
    it: 'a wide one that asks for more',
    given: one({}, wide({ match: 'PathPrefix(`/`) && Method(`GET`)' })),
    expect: 'ok',
  },
  { it: 'another host', given: one({}, wide({ match: 'Host(`b.io`)' })), expect: 'ok' },
  {
    it: 'a host or a path',
    given: one({ match: 'Host(`a.io`) || PathPrefix(`/x`)' }, wide({ match: 'Host(`a.io`)' })),
    expect: 'ok',
  },
  { it: 'with TLS', given: one({ tls: {} }, wide()), expect: 'ok' },
  {
    it: 'at another entry point',
    given: one({ entryPoints: ['web'] }, wide({ entryPoints: ['admin'] })),
    expect: 'ok',
  },
  {
    it: 'at one of two entry points',
    given: one({ entryPoints: ['web', 'two'] }, wide({ entryPoints: ['web'] })),
    expect: 'ok',
  },
  { it: 'to the same Service', given: one({}, wide({ service: 'web' })), expect: 'ok' },
  {
    it: 'through a Middleware',
    given: one({}, wide({ service: 'web', middlewares: [{ name: 'auth' }] })),
    expect: found,
  },
  { it: 'by a pattern', given: one({}, wide({ match: 'PathPrefix(`/{any:.*}`)' })), expect: 'ok' },
  {
    it: 'by one that this Traefik does not read',
    given: given([{ ...written(web), labels: { team: 'shop' } }, wide()], {
      ...traefik({ selector: { matchLabels: { team: 'shop' }, matchExpressions: [] } }),
    }),
    expect: 'ok',
  },
  { it: 'of an old recording', given: given([ingressRoute([['web', 80]]), ingressRoute([['old', 80]])]), expect: 'ok' },
  { it: 'nobody reads them', given: given([written(web), wide()], controller({})), expect: 'cannot-tell' },
  { it: 'none is here', given: given([]), expect: 'not-applicable' },
])

/** What Traefik would do: the first of the most weight that takes the request. */
test('what is hidden is asked by no request', () => {
  const host = fc.constantFrom('a.io', 'b.io')
  const path = fc.constantFrom('/', '/x', '/x/y', '/xy')
  const atom = fc.oneof(
    host.map((it) => ({ text: `Host(\`${it}\`)`, takes: (h: string) => h === it })),
    path.map((it) => ({ text: `Path(\`${it}\`)`, takes: (_: string, p: string) => p === it })),
    path.map((it) => ({ text: `PathPrefix(\`${it}\`)`, takes: (_: string, p: string) => p.startsWith(it) })),
  )
  const rule = fc.letrec<{ rule: { text: string; takes: (host: string, path: string) => boolean } }>((tie) => ({
    rule: fc.oneof(
      { maxDepth: 3 },
      atom,
      fc.tuple(tie('rule'), tie('rule'), fc.boolean()).map(([a, b, isBoth]) => ({
        text: isBoth ? `(${a.text}) && (${b.text})` : `(${a.text} || ${b.text})`,
        takes: (h: string, p: string) => (isBoth ? a.takes(h, p) && b.takes(h, p) : a.takes(h, p) || b.takes(h, p)),
      })),
    ),
  })).rule
  const all = ['a.io', 'b.io', 'c.io'].flatMap((h) => ['/', '/x', '/x/y', '/xy', '/z'].map((p) => [h, p] as const))
  let hidden = 0
  fc.assert(
    fc.property(rule, rule, (a, b) => {
      const [it, by] = [written({ match: a.text, priority: 1 }), wide({ match: b.text })]
      const [below, above] = [it.routes[0], by.routes[0]]
      if (below === undefined || above === undefined) throw new Error('no route')
      if (!isHidden({ route: it, one: below }, { route: by, one: above })) return
      hidden++
      for (const [h, p] of all) if (a.takes(h, p)) expect(b.takes(h, p)).toBe(true)
    }),
    { numRuns: 2000 },
  )
  expect(hidden).toBeGreaterThan(50)
})
