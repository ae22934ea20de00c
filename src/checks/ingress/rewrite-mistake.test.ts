import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { contacts, get } from '../../../test/build/contacts.ts'
import { ingress, ingressClass } from '../../../test/build/ingress.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import type { Ingress } from '../../model/ingress.ts'
import check from './rewrite-mistake.ts'

const routing = { rewrite: null, regex: false, canary: false, protocol: null }
const of = (
  path: string,
  nginx: Partial<NonNullable<Ingress['nginx']>> | null,
  about: Partial<Ingress> = {},
): Ingress =>
  ingress([[path, 'front', 80]], { ...(nginx === null ? {} : { nginx: { ...routing, ...nginx } }), ...about })
const ingressClasses = [ingressClass('nginx')]
const web = 'Ingress/shop/web'

describeCheck(check, [
  {
    it: 'a group that the path does not have',
    given: { ingresses: [of('/api', { rewrite: '/$2' })], ingressClasses },
    expect: [{ subject: web, severity: 'warning', args: { kind: 'group' } }],
  },
  {
    it: 'the second of one',
    given: { ingresses: [of('/api/(.*)', { rewrite: '/$2' })], ingressClasses },
    expect: [{ subject: web, args: { kind: 'group' } }],
  },
  {
    it: 'the same, and it is answered well',
    given: { ingresses: [of('/api', { rewrite: '/$2' })], ingressClasses, contacts: contacts([], [get('/api', 200)]) },
    expect: [{ subject: web, severity: 'info' }],
  },
  {
    it: 'everything below becomes one page, and that is a 404',
    given: { ingresses: [of('/app', { rewrite: '/' })], ingressClasses, contacts: contacts([], [get('/app/', 404)]) },
    expect: [{ subject: web, severity: 'warning', confidence: 'inferred', args: { kind: 'flattens' } }],
  },
  {
    it: 'the same, and nobody asked: it may be meant',
    given: { ingresses: [of('/app', { rewrite: '/' })], ingressClasses },
    expect: [{ subject: web, severity: 'info' }],
  },
  {
    it: 'the start page for two applications and all that they load, beside one whose path is the target',
    given: {
      ingresses: [
        ingress(
          [
            ['/', 'front', 80],
            ['/cart', 'cart', 80],
            ['/api', 'api', 80],
          ],
          { nginx: { ...routing, rewrite: '/' } },
        ),
      ],
      ingressClasses,
    },
    expect: [{ subject: web, severity: 'info', args: { kind: 'flattens', same: true }, says: /\/cart, .*\/api/ }],
  },
  {
    it: 'an asterisk behind a slash, as other controllers read it',
    given: { ingresses: [of('/api/*', null)], ingressClasses },
    expect: [{ subject: web, severity: 'warning', args: { kind: 'glob' }, says: /an asterisk in its path/ }],
  },
  {
    it: 'a regular expression that is read as letters',
    given: { ingresses: [of('/api(/|$)(.*)', null)], ingressClasses },
    expect: [{ subject: web, severity: 'warning', args: { kind: 'literal' } }],
  },
  {
    it: 'the same, and an Ingress of the host turns them on',
    given: { ingresses: [of('/api(/|$)(.*)', null), of('/x', { regex: true }, { name: 'other' })], ingressClasses },
    expect: 'ok',
  },
  {
    it: 'groups as they should be',
    given: { ingresses: [of('/api(/|$)(.*)', { rewrite: '/$2' })], ingressClasses },
    expect: 'ok',
  },
  {
    it: 'one page for one path',
    given: { ingresses: [of('/', { rewrite: '/index.html' })], ingressClasses },
    expect: 'ok',
  },
  {
    it: 'another controller',
    given: {
      ingresses: [of('/api(/|$)(.*)', null, { className: 'traefik' })],
      ingressClasses: [ingressClass('traefik', { controller: 'traefik.io/ingress-controller' })],
    },
    expect: 'not-applicable',
  },
])

test('what is answered well is at most a remark, whatever the text', () => {
  const path = fc.constantFrom('/', '/api', '/api/', '/api(/|$)(.*)', '/api/(.*)', '/a|b')
  const rewrite = fc.constantFrom(null, '/', '/$1', '/$2', '/x/$9', '/index.html')
  fc.assert(
    fc.property(path, rewrite, fc.boolean(), fc.constantFrom(200, 204, 301, 401, 403), (one, to, regex, status) => {
      const given = modelOf({
        ingresses: [of(one, { rewrite: to, regex })],
        ingressClasses,
        contacts: contacts([], [get('/api/x', status), get('/a', status)]),
      })
      const { findings } = diagnose(given, { checks: [check] }).results[0] ?? { findings: [] }
      expect(findings.filter((it) => it.severity !== 'info')).toEqual([])
    }),
  )
})
