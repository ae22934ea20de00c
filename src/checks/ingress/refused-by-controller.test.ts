import { contacts, get, getOf } from '../../../test/build/contacts.ts'
import { ingress } from '../../../test/build/ingress.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { Contacts } from '../../model/contacts.ts'
import { unknown } from '../../model/known.ts'
import check from './refused-by-controller.ts'

const declared = { scheme: 'http', basis: 'declared' } as const
const asked = { scheme: 'http', basis: 'url' } as const
const seen = (http: Contacts['http'], direct: Contacts['direct'] = [], vhost?: string) => ({
  contacts: { ...contacts([], http), direct },
  ingresses: [
    ingress(
      [['/', 'web', 80]],
      vhost === undefined ? {} : { nginx: { rewrite: null, regex: false, canary: false, protocol: null, vhost } },
    ),
  ],
})
const web = 'Ingress/shop/web'

describeCheck(check, [
  {
    it: 'an allow-list that keeps everybody out, while the pods answer',
    given: seen([get('/', 403, asked), get('/', 403, asked)], [getOf('web', 'web-1', 200)]),
    expect: [
      { subject: web, severity: 'warning', args: { by: 'controller', status: '403', bad: 2, of: 2, direct: '200' } },
    ],
  },
  {
    it: 'an allow-list of a URL that nobody asked about: perhaps it is meant for pods',
    given: seen([get('/', 403, declared)], [getOf('web', 'web-1', 200)]),
    expect: [{ subject: web, severity: 'info' }],
  },
  {
    it: 'a limit of requests, now and then',
    given: seen([get('/', 429, declared), get('/', 200, declared)]),
    expect: [{ subject: web, severity: 'warning', args: { by: 'unknown', bad: 1, of: 2 } }],
  },
  {
    it: 'a login that the Ingress asks for: as it is meant',
    given: seen([get('/', 401, declared)], [getOf('web', 'web-1', 200)]),
    expect: [{ subject: web, severity: 'info' }],
  },
  {
    it: 'the application refuses the URL that was asked about',
    given: seen([get('/', 403, asked)], [getOf('web', 'web-1', 403)]),
    expect: [{ subject: web, severity: 'info', args: { by: 'pods' } }],
  },
  {
    it: 'the application refuses a path that nobody asked about',
    given: seen([get('/', 403, declared)], [getOf('web', 'web-1', 403)]),
    expect: 'ok',
    says: /nobody asked/,
  },
  {
    it: 'refused, and no pod was asked',
    given: seen([get('/', 403, asked)]),
    expect: [{ subject: web, severity: 'info', args: { by: 'unknown' } }],
  },
  ...[421, 400].map((status) => ({
    it: `${status}, which the pods may say themselves, though they answer when they are asked directly`,
    given: seen([get('/', status, asked)], [getOf('web', 'web-1', 200)]),
    expect: [{ subject: web as 'Ingress/shop/web', severity: 'warning' as const, args: { by: 'unclear' } }],
  })),
  ...[421, 403].map((status) => ({
    it: `${status} to all, and the pods get another Host`,
    given: seen([get('/', status, declared), get('/', status, declared)], [getOf('web', 'web-1', 200)], 'web.shop.svc'),
    expect: [
      {
        subject: web as 'Ingress/shop/web',
        severity: 'warning' as const,
        args: { by: 'vhost', vhost: 'web.shop.svc' },
      },
    ],
  })),
  {
    it: 'some are answered well with the other Host: it is not why',
    given: seen([get('/', 403, declared), get('/', 200, declared)], [getOf('web', 'web-1', 200)], 'web.shop.svc'),
    expect: [{ subject: web, args: { by: 'controller' } }],
  },
  {
    it: 'the pods say the same with the Host of the client',
    given: seen([get('/', 403, asked)], [getOf('web', 'web-1', 403)], 'web.shop.svc'),
    expect: [{ subject: web, args: { by: 'pods' } }],
  },
  {
    it: 'the pods were asked with another Host',
    given: seen([get('/', 421, asked)], [getOf('web', 'web-1', 200, { host: 'other.example' })], 'web.shop.svc'),
    expect: [{ subject: web, args: { by: 'unclear' } }],
  },
  {
    it: 'upstream-vhost is the Host of the client',
    given: seen([get('/', 421, asked)], [getOf('web', 'web-1', 200)], 'web.example.com'),
    expect: [{ subject: web, args: { by: 'unclear', vhost: null } }],
  },
  { it: '404 has its own', given: seen([get('/', 404, asked)]), expect: 'ok' },
  { it: 'a server error has its own', given: seen([get('/', 502, asked)]), expect: 'ok' },
  { it: 'all is well', given: seen([get('/', 200, declared)]), expect: 'ok' },
  { it: 'nothing was asked', given: seen([]), expect: 'not-applicable' },
  {
    it: 'no probe',
    given: modelOf({ ingresses: [ingress([['/', 'web', 80]])] }, { contacts: unknown('not-asked', 'needs --probe') }),
    expect: 'cannot-tell',
    says: /--probe/,
  },
])
