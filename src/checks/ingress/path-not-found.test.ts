import { contacts, get, getOf, pageOf, stranger } from '../../../test/build/contacts.ts'
import { ingress, ingressClass } from '../../../test/build/ingress.ts'
import { controllerConfig, ingressConfigs } from '../../../test/build/ingress-config.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Contacts } from '../../model/contacts.ts'
import check from './path-not-found.ts'

const declared = { scheme: 'http', basis: 'declared', page: pageOf('app') } as const
const seen = (http: Contacts['http'], about: Partial<Contacts> = {}) => ({
  contacts: { ...contacts([], http), ...about },
  ingresses: [
    ingress([
      ['/', 'web', 80],
      ['/api', 'api', 80],
    ]),
  ],
})

const store = ingress([
  ['/orders', 'orders', 80],
  ['/', 'storefront', 80],
])
const cms = ingress([['/cms(/|$)(.*)', 'cms', 80]], {
  namespace: 'legacy',
  name: 'cms',
  nginx: { rewrite: '/$2', regex: true, canary: false, protocol: null },
})

describeCheck(check, [
  {
    it: 'a declared path',
    given: seen([get('/api', 404, declared), get('/api', 404, declared)]),
    expect: [
      {
        subject: 'Ingress/shop/web',
        severity: 'warning',
        args: { url: 'http://web.example.com/api', bad: 2, of: 2, service: 'api', direct: '' },
      },
    ],
  },
  {
    it: 'the root of many: worth a line',
    given: seen([get('/', 404, declared)]),
    expect: [{ subject: 'Ingress/shop/web', severity: 'info' }],
  },
  {
    it: 'the root, and a pod knows it',
    given: seen([get('/', 404, declared)], { direct: [getOf('web', 'web-1', 200)] }),
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning', args: { direct: '200' } }],
  },
  {
    it: 'the root, a pod knows it, and gets another Host through the controller',
    given: {
      ...seen([get('/', 404, declared)], { direct: [getOf('web', 'web-1', 200)] }),
      ingresses: [
        ingress([['/', 'web', 80]], {
          nginx: { rewrite: null, regex: false, canary: false, protocol: null, vhost: 'web.shop.svc' },
        }),
      ],
    },
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning', args: { vhost: 'web.shop.svc' } }],
  },
  ...(
    [
      ['/$1', '//', 'the slash before the path is the group'],
      ['/$2', '/api/v1', 'the group that was meant'],
      ['/', '/', 'everything is made one path'],
    ] as const
  ).map(([rewrite, becomes, it]) => ({
    it: `a path that is rewritten: ${it}`,
    given: {
      ...seen([get('/shop/api/v1', 404, { ...declared, basis: 'url' })], {
        // Of the path as it was asked: no word of what the pods get.
        direct: [{ ...getOf('web', 'web-1', 404), path: '/shop/api/v1' }],
      }),
      ingresses: [
        ingress([['/shop(/|$)(.*)', 'web', 80]], {
          nginx: { rewrite, regex: true, canary: false, protocol: null },
        }),
      ],
    },
    expect: [
      {
        subject: 'Ingress/shop/web',
        args: { becomes, groups: ['/', 'api/v1'], direct: '' },
        says: `the pods are asked for \`${becomes}\``,
      },
    ],
  })),
  {
    it: 'a rewrite with variables in it: nobody can say what becomes of the path',
    given: {
      ...seen([get('/shop/api/v1', 404, { ...declared, basis: 'url' })]),
      ingresses: [
        ingress([['/shop(/|$)(.*)', 'web', 80]], {
          nginx: { rewrite: '/$host/$2', regex: true, canary: false, protocol: null },
        }),
      ],
    },
    expect: [{ subject: 'Ingress/shop/web', args: { becomes: null } }],
  },
  {
    it: 'a rewrite of nginx that another controller does not read',
    given: {
      ...seen([get('/shop/api/v1', 404, { ...declared, basis: 'url' })]),
      ingresses: [
        ingress([['/shop', 'web', 80]], {
          className: 'other',
          nginx: { rewrite: '/$1', regex: false, canary: false, protocol: null },
        }),
      ],
      ingressClasses: [{ ...ingressClass('other'), controller: 'example.com/other' }],
    },
    expect: [{ subject: 'Ingress/shop/web', args: { becomes: null } }],
  },
  {
    it: 'the root, and one replica lacks it',
    given: seen([get('/', 404, declared), get('/', 200, declared)]),
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning', args: { bad: 1, of: 2 } }],
  },
  {
    it: 'the URL that was asked about',
    given: seen([get('/', 404, { ...declared, basis: 'url' })]),
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning' }],
  },
  {
    it: 'a guess',
    given: seen([get('/api', 404, { ...declared, basis: 'guessed' })]),
    expect: 'ok',
    says: /nobody said/,
  },
  {
    it: "the controller's own page is another finding",
    given: seen([get('/api', 404, { ...declared, page: pageOf('controller') })], { strangers: [stranger(404)] }),
    expect: 'ok',
  },
  { it: 'found', given: seen([get('/api', 200, declared)]), expect: 'ok' },
  { it: 'not asked', given: seen([]), expect: 'not-applicable' },
  { it: 'no probe', given: { ingresses: [ingress([['/', 'web', 80]])] }, expect: 'cannot-tell' },
  { it: 'no probe, and no Ingress: nothing was missed', given: { ingresses: [] }, expect: 'not-applicable' },
  {
    it: 'an expression takes it, which an Ingress of another namespace makes of a path',
    given: {
      ...seen([get('/orders-report', 404, { ...declared, basis: 'url' })], {
        direct: [{ ...getOf('storefront', 'storefront-1', 200), path: '/orders-report' }],
      }),
      ingresses: [store],
      ingressesBeside: [cms],
      ingressConfigs: ingressConfigs(controllerConfig([store, cms])),
    },
    expect: [
      {
        subject: 'Ingress/shop/web',
        args: { service: 'orders', direct: '', rulers: ['Ingress legacy/cms'] },
        says: /backend orders, by location ~\* \^\/orders, line \d+ in controller-1/,
      },
    ],
  },
  {
    it: 'nothing rewrites it',
    given: {
      ...seen([get('/api', 404, declared)], { direct: [{ ...getOf('api', 'api-1', 200), path: '/api' }] }),
      ingressClasses: [ingressClass('nginx')],
    },
    expect: [{ subject: 'Ingress/shop/web', args: { way: 'plain', taken: null, direct: '200' } }],
  },
])
