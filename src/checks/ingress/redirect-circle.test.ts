import { contacts, get } from '../../../test/build/contacts.ts'
import { ingress, ingressClass } from '../../../test/build/ingress.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Ingress, IngressRedirect } from '../../model/ingress.ts'
import check from './redirect-circle.ts'

const to = (host: string, path: string | null = '/', by: IngressRedirect['by'] = 'permanent-redirect') => ({
  by,
  to: { scheme: 'https' as const, host, port: 443 },
  path,
})
const web = (redirect: IngressRedirect | undefined, path = '/', about: Partial<Ingress> = {}) =>
  ingress([[path, 'web', 80]], { vendors: ['nginx'], ...(redirect === undefined ? {} : { redirect }), ...about })
const other = (redirect: IngressRedirect | undefined, path = '/', host = 'web.example.com') =>
  web(redirect, path, {
    name: 'other',
    rules: ingress([[path, 'other', 80]]).rules.map((it) => ({ ...it, host })),
  })
const own = 'web.example.com'
const subject = 'Ingress/shop/web'

describeCheck(check, [
  {
    it: 'to its own host',
    given: { ingresses: [web(to(own))] },
    expect: [{ subject, severity: 'error', says: /redirects to web\.example\.com\/, which it takes itself/ }],
  },
  {
    it: 'the whole request, to the same host',
    given: { ingresses: [web(to(own, null), '/cart')] },
    expect: [{ subject }],
  },
  { it: 'to a path below its own', given: { ingresses: [web(to(own, '/cart/new'), '/cart')] }, expect: [{ subject }] },
  {
    it: 'to a root that is the root',
    given: { ingresses: [web({ by: 'app-root', to: null, path: '/' })] },
    expect: [{ subject }],
  },
  {
    it: 'any host is its own',
    given: {
      ingresses: [
        web(to('a.example'), '/', { rules: ingress([['/', 'web', 80]]).rules.map((it) => ({ ...it, host: null })) }),
      ],
    },
    expect: [{ subject }],
  },
  {
    it: 'two to one another',
    given: { ingresses: [web(to('www.example.com')), other(to(own), '/', 'www.example.com')] },
    expect: [{ subject, args: { others: ['shop/other'] } }],
  },
  {
    it: 'to a name that is an alias of its host',
    given: { ingresses: [web(to('www.web.example.com'), '/', { aliases: ['www.web.example.com'] })] },
    expect: [{ subject, says: /www\.web\.example\.com is another name \(server-alias\) of web\.example\.com/ }],
  },
  {
    it: 'to www, and from there back',
    given: { ingresses: [web(to('www.web.example.com', null), '/', { fromToWww: true })] },
    expect: [{ subject, says: /is led on, by from-to-www-redirect, to web\.example\.com/ }],
  },
  {
    it: 'to the alias that another Ingress gives this host',
    given: {
      ingresses: [web(to('www.web.example.com')), other(undefined, '/cart')].map((it) =>
        it.name === 'other' ? { ...it, aliases: ['www.web.example.com'] } : it,
      ),
    },
    expect: [{ subject, args: { others: [], way: 'server-alias' } }],
  },
  {
    it: 'a rule has the name that is an alias',
    given: {
      ingresses: [
        web(to('www.web.example.com'), '/', { aliases: ['www.web.example.com'], fromToWww: true }),
        other(undefined, '/', 'www.web.example.com'),
      ],
    },
    expect: 'ok',
  },
  {
    it: 'to www, of an Ingress that has another alias',
    given: { ingresses: [web(to('www.web.example.com'), '/', { aliases: ['shop.example.com'] })] },
    expect: 'ok',
  },
  {
    it: 'from www to the host, which serves',
    given: { ingresses: [web(undefined, '/', { fromToWww: true }), other(to(own), '/', 'old.example.com')] },
    expect: 'ok',
  },
  { it: 'to another host', given: { ingresses: [web(to('www.example.com'))] }, expect: 'ok' },
  { it: 'to a path that nobody takes', given: { ingresses: [web(to(own), '/old')] }, expect: 'ok' },
  {
    it: 'to a path that another Ingress takes',
    given: { ingresses: [web(to(own, '/new')), other(undefined, '/new')] },
    expect: 'ok',
  },
  {
    it: 'to another port',
    given: {
      ingresses: [web({ by: 'permanent-redirect', to: { scheme: 'https', host: own, port: 8443 }, path: '/' })],
    },
    expect: 'ok',
  },
  {
    it: 'to the root of a program',
    given: { ingresses: [web({ by: 'app-root', to: null, path: '/app' })] },
    expect: 'ok',
  },
  {
    it: 'it was answered',
    given: {
      ingresses: [web(to(own))],
      contacts: contacts([], [get('/', 200)]),
    },
    expect: 'ok',
  },
  {
    it: 'another controller heeds no such annotation',
    given: { ingresses: [web(to(own))], ingressClasses: [ingressClass('nginx', { controller: 'traefik.io/x' })] },
    expect: 'not-applicable',
  },
  { it: 'no redirect', given: { ingresses: [web(undefined)] }, expect: 'not-applicable' },
  {
    it: 'Ingresses forbidden',
    given: modelOf({ ingresses: [] }, { ingresses: unknown('forbidden', 'list ingresses') }),
    expect: 'cannot-tell',
  },
])
