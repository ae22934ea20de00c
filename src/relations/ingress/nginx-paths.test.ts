import { expect, test } from 'vitest'
import { ingress, ingressClass } from '../../../test/build/ingress.ts'
import type { Ingress } from '../../model/ingress.ts'
import { known, unknown } from '../../model/known.ts'
import { groupNamed, groupsIn, isForNginx, isRegex, rewrittenBy, turnsRegexOn } from './nginx-paths.ts'

const plain = ingress([['/shop', 'web', 80]])
const with_ = (nginx: Partial<NonNullable<Ingress['nginx']>>): Ingress => ({
  ...plain,
  nginx: { regex: false, rewrite: null, ...nginx } as NonNullable<Ingress['nginx']>,
})
const rewrite = (path: string | null, target: string | null, asked: string): string | null => {
  const route = { ingress: with_({ rewrite: target }), host: null, path, pathType: 'Prefix', backend: {} }
  const it = rewrittenBy(route as unknown as Parameters<typeof rewrittenBy>[0], asked)
  return it === null ? null : [it.path, ...it.groups].join(' ')
}

test.each<[path: string | null, target: string | null, asked: string, to: string | null]>([
  ['/shop(/|$)(.*)', '/$2', '/shop/cart?id=1', '/cart / cart'],
  ['/shop(/|$)(.*)', '/$2', '/SHOP/cart', '/cart / cart'],
  ['/shop(/|$)(.*)', '/$2', '/shop/a%20b', '/a b / a b'],
  ['/shop(/|$)(.*)', '/$2', '/other', null],
  ['/shop', '/', '/shop/cart', '/'],
  ['/shop', '/$1', '/shop', '/'],
  ['/shop', '/shop', '/shop', null],
  ['/shop', '', '/shop', null],
  ['/shop', null, '/shop', null],
  [null, '/', '/shop', null],
  ['/shop', '/$host', '/shop', null],
  ['/shop', 'https://other', '/shop', null],
  ['/shop', 'http://other', '/shop', null],
])('path %j rewritten to %j makes of %j: %j', (path, target, asked, to) =>
  expect(rewrite(path, target, asked)).toBe(to),
)

test.each<[string, number | null]>([
  ['/api', 0],
  ['/api(/|$)(.*)', 2],
  [String.raw`/api\((.*)`, 1],
  ['/(?:a|b)(c)', 1],
  ['/(?<a>b)', 1],
  ['/(?P<a>b)', 1],
  ['/(?i)b', 0],
  [`/${'('.repeat(199)}`, 199],
  [`/${'('.repeat(200)}`, null],
])('%s has groups: %j', (path, groups) => expect(groupsIn(path)).toBe(groups))

test.each([
  ['/', 0],
  ['/$1', 1],
  ['/$2/$1', 2],
  ['/$x', 0],
])('%s names group %i', (target, group) => expect(groupNamed(target)).toBe(group))

test.each([...'()[]|*^$+?{}\\'])('a path with %s is meant as an expression', (it) =>
  expect(isRegex(`/a${it}`)).toBe(true),
)
test('a path of letters is not', () => expect(isRegex('/a-b_c.d/e')).toBe(false))

test('paths are read as expressions by use-regex, and by a rewrite to something else', () => {
  const path = plain.rules[0]?.paths[0]?.path ?? ''
  expect(turnsRegexOn(plain)).toBe(false)
  expect(turnsRegexOn(with_({}))).toBe(false)
  expect(turnsRegexOn(with_({ regex: true }))).toBe(true)
  expect(turnsRegexOn(with_({ rewrite: '' }))).toBe(false)
  expect(turnsRegexOn(with_({ rewrite: path }))).toBe(false)
  expect(turnsRegexOn(with_({ rewrite: `${path}x` }))).toBe(true)
})

test("an Ingress is nginx's by its class, else by annotations", () => {
  const classes = (controller: string) =>
    known([ingressClass('other', { controller: 'x' }), ingressClass('nginx', { controller })])
  expect(isForNginx(plain, classes('k8s.io/ingress-nginx'))).toBe(true)
  expect(isForNginx(with_({}), classes('nginx.org/ingress-controller'))).toBe(false)
  expect(isForNginx(with_({}), unknown('forbidden', 'list'))).toBe(true)
  expect(isForNginx({ ...plain, vendors: ['nginx'] }, known([]))).toBe(true)
  expect(isForNginx({ ...plain, vendors: ['traefik'] } as unknown as Ingress, known([]))).toBe(false)
  expect(isForNginx(plain, known([]))).toBe(false)
})
