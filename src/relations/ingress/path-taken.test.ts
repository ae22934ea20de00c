import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ingress } from '../../../test/build/ingress.ts'
import type { Ingress, NginxRouting } from '../../model/ingress.ts'
import type { ConfLocation } from '../../wire/nginx-conf.ts'
import { percentDecoded } from '../../wire/percent.ts'
import { routesOf } from './ingress-routes-to-service.ts'
import { locationFor } from './nginx-location.ts'
import { turnsRegexOn } from './nginx-paths.ts'
import { isReadByOthers, pathTakenBy } from './path-taken.ts'

type Path = readonly [path: string, pathType: string]
const host = 'web.example.com'
const routing = (about: Partial<NginxRouting> = {}): NginxRouting => ({
  rewrite: null,
  regex: true,
  canary: false,
  protocol: null,
  ...about,
})
const ofPaths = (paths: readonly Path[], nginx?: NginxRouting): Ingress =>
  ingress([], {
    rules: [
      {
        host,
        paths: paths.map(([path, pathType], at) => ({
          path,
          pathType,
          backend: { service: `s${at}`, port: 80, path: `${at}` },
        })),
      },
    ],
    ...(nginx === undefined ? {} : { nginx }),
  })
const asked = (it: Ingress, reading: 'nginx' | 'other' = 'nginx') =>
  routesOf(it).map((route) => pathTakenBy(route, host, reading))

describe('ingress-nginx', () => {
  test.each<[string, string | null]>([
    ['/(v1|v2)/health', '/v1/health'],
    ['/img/.+[.]png$', '/img/a.png'],
    ['/v[0-9]+/health', '/v0/health'],
    ['/api(/|$)(.*)', '/api'],
    ['/x(?!y)$', null],
    ['/.*/health', '/a/health'],
    ['/a//b', null],
    ['/caf\u00e9', '/caf%C3%A9'],
    ['/q\\?x', null],
  ])('%s is asked as %s', (path, text) =>
    expect(asked(ofPaths([[path, 'ImplementationSpecific']], routing()))).toEqual([text]),
  )
  test('letters without use-regex', () =>
    expect(asked(ofPaths([['/api(/.*)', 'ImplementationSpecific']]))).toEqual(['/api(/.*)']))
  test('a path that is taken by another rule is asked below', () => {
    const both = ofPaths([
      ['/', 'Exact'],
      ['/', 'Prefix'],
      ['/cart', 'Exact'],
      ['/cart', 'Prefix'],
    ])
    expect(asked(both)).toEqual(['/', '/hopscope', '/cart', '/cart/'])
  })
  test('or not at all', () =>
    expect(
      asked(
        ofPaths(
          [
            ['/.*[a-z0-9]*', 'ImplementationSpecific'],
            ['/cart', 'Prefix'],
          ],
          routing(),
        ),
      ),
    ).toEqual(['/', null]))
  test('another Ingress of the host makes expressions of its paths', () => {
    const [route] = routesOf(ofPaths([['/api(/.*)', 'ImplementationSpecific']]))
    if (route === undefined) throw new Error('no route')
    const other = ofPaths([['/x', 'Prefix']], routing())
    expect(isReadByOthers([route.ingress, other], route)).toBe(true)
    expect(isReadByOthers([route.ingress], route)).toBe(false)
  })
})

test("other controllers' patterns are theirs", () =>
  expect(
    asked(
      ofPaths([
        ['/img/*', 'ImplementationSpecific'],
        ['/~/v\\d', 'ImplementationSpecific'],
        ['/cart', 'Prefix'],
      ]),
      'other',
    ),
  ).toEqual([null, null, '/cart']))

/** The locations that ingress-nginx writes (template.go, buildLocation; controller.go, updateServerLocations). */
function locationsOf(it: Ingress): readonly { readonly location: ConfLocation; readonly service: string }[] {
  const at = (modifier: string, path: string): ConfLocation =>
    ({ modifier, path, internal: false }) as unknown as ConfLocation
  const paths = it.rules.flatMap((rule) => rule.paths)
  if (turnsRegexOn(it))
    return paths
      .toSorted((a, b) => b.path.length - a.path.length)
      .map(({ path, backend }) => ({ location: at('~*', `^${path}`), service: backend.service }))
  return paths.flatMap(({ path, pathType, backend: { service } }) => {
    if (pathType === 'Exact') return [{ location: at('=', path), service }]
    if (pathType !== 'Prefix' || path === '/') return [{ location: at('', path), service }]
    const bare = path.replace(/\/$/, '')
    // Its own rule for the very path goes before, where there is one.
    const isExact = paths.some((one) => one.pathType === 'Exact' && one.path === bare)
    return [{ location: at('', `${bare}/`), service }, ...(isExact ? [] : [{ location: at('=', bare), service }])]
  })
}

const piece = fc.constantFrom(
  'v1',
  'cart',
  '(v1|v2)',
  '[0-9]+',
  '.+',
  '.*',
  '[.]png$',
  '(/|$)(.*)',
  '\\d{2}',
  '(?!y)',
  'A',
)
const path = fc.array(piece, { minLength: 0, maxLength: 3 }).map((its) => `/${its.join('/')}`)
const plain = fc.constantFrom('/', '/a', '/a/b', '/cart', '/cart/', '/caf\u00e9', '/a b', '/v1')
const pathType = fc.constantFrom('Exact', 'Prefix', 'ImplementationSpecific')

describe('what is asked for a rule goes to that rule by the configuration that ingress-nginx writes', () => {
  const check = (it: Ingress): void => {
    for (const route of routesOf(it)) {
      const uri = pathTakenBy(route, host, 'nginx')
      if (uri === null) continue
      const all = locationsOf(it)
      const found = locationFor({ locations: all.map(({ location }) => location) } as never, percentDecoded(uri))
      // What RE2 can't read, and stands before it, may take it.
      if (found.kind === 'unclear') {
        expect(found.location.path).toContain('(?!')
        continue
      }
      const own = found.kind === 'found' ? all.find(({ location }) => location === found.location) : undefined
      expect([uri, own?.service]).toEqual([uri, route.backend.service])
    }
  }
  test('expressions', () => {
    const unique = fc.uniqueArray(fc.tuple(path, pathType), { maxLength: 6, selector: ([it]) => it })
    const how = fc.constantFrom(routing(), routing({ regex: false, rewrite: '/$1' }), routing({ rewrite: '/other' }))
    fc.assert(fc.property(unique, how, (paths, nginx) => check(ofPaths(paths, nginx))))
  })
  test('letters', () => {
    const unique = fc.uniqueArray(fc.tuple(plain, fc.constantFrom('Exact', 'Prefix')), {
      maxLength: 6,
      selector: ([it, type]) => `${it.replace(/(?<=.)\/$/, '')} ${type}`,
    })
    fc.assert(fc.property(unique, (paths) => check(ofPaths(paths))))
  })
  test('what a text can fit, and RE2 can read, is asked for', () => {
    const open = piece.filter((it) => !/\$|\(\?!/.test(it))
    fc.assert(
      fc.property(fc.array(open, { minLength: 1, maxLength: 4 }), (its) => {
        expect(asked(ofPaths([[`/${its.join('/')}`, 'ImplementationSpecific']], routing()))).not.toEqual([null])
      }),
    )
  })
})
