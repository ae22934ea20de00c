import { contacts, get, getOf, pageOf, stranger } from '../../../test/build/contacts.ts'
import { controller, ingress } from '../../../test/build/ingress.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Contacts } from '../../model/contacts.ts'
import check from './not-configured.ts'

const own = { scheme: 'http', page: pageOf('controller') } as const
const seen = (http: Contacts['http'], about: Partial<Contacts> = {}) => ({
  contacts: { ...contacts([], http), strangers: [stranger(404)], ...about },
  ingresses: [ingress([['/', 'web', 80]])],
  ingressControllers: [controller()],
})

const regex = { nginx: { rewrite: null, regex: true, canary: false, protocol: null } }
const ofHealth = ingress([['/v[0-9]+/health', 'web', 80]], regex)

describeCheck(check, [
  {
    it: 'the page of a host that nobody declared',
    given: seen([get('/', 404, own), get('/', 404, own)]),
    expect: [
      {
        subject: 'Ingress/shop/web',
        severity: 'error',
        args: { url: 'http://web.example.com/', bad: 2, of: 2, home: 'ingress-nginx', service: 'web' },
      },
    ],
  },
  {
    it: 'one replica of the controller has it',
    given: seen(
      [
        get('/', 404, own),
        get('/', 200, {
          ...own,
          page: pageOf('app'),
          via: { controllerPod: 'controller-2', ip: '10.2.1.81', port: 80 },
        }),
      ],
      {
        strangers: [
          stranger(404),
          stranger(404, { via: { controllerPod: 'controller-2', ip: '10.2.1.81', port: 80 } }),
        ],
      },
    ),
    expect: [{ subject: 'Ingress/shop/web', args: { bad: 1, of: 2, controllers: 'controller-1' } }],
  },
  { it: "the application's 404", given: seen([get('/', 404, { ...own, page: pageOf('app') })]), expect: 'ok' },
  {
    it: 'the same words with other headers',
    given: seen([get('/', 404, { ...own, page: { body: 'body of controller', head: 'head of app' } })]),
    expect: 'ok',
  },
  {
    it: 'a page that a pod has as well',
    given: seen([get('/', 404, own)], { direct: [getOf('web', 'web-1', 404, { page: pageOf('controller') })] }),
    expect: 'ok',
  },
  {
    it: 'another rule takes every host',
    given: {
      ...seen([get('/', 404, own)]),
      ingresses: [
        ingress([['/', 'web', 80]]),
        ingress([['/', 'all', 80]], {
          name: 'all',
          rules: [],
          defaultBackend: { service: 'all', port: 80, path: 'spec.defaultBackend' },
        }),
      ],
    },
    expect: 'ok',
  },
  {
    it: 'a URL that the expression does not take: no controller knows it',
    given: { ...seen([get('/v', 404, own)]), ingresses: [ofHealth] },
    expect: 'cannot-tell',
  },
  {
    it: 'one that it takes',
    given: { ...seen([get('/v1/health', 404, own), get('/v', 404, own)]), ingresses: [ofHealth] },
    expect: [{ subject: 'Ingress/shop/web', args: { url: 'http://web.example.com/v1/health', bad: 1, of: 1 } }],
  },
  {
    it: 'an expression that only PCRE reads',
    given: { ...seen([get('/x', 404, own)]), ingresses: [ingress([['/x(?!y)', 'web', 80]], regex)] },
    expect: 'cannot-tell',
  },
  { it: 'the other scheme', given: seen([get('/', 404, { ...own, scheme: 'https' })]), expect: 'not-applicable' },
  { it: 'nothing to compare with', given: seen([get('/', 404)], { strangers: [] }), expect: 'not-applicable' },
  { it: 'no probe', given: { ingresses: [ingress([['/', 'web', 80]])] }, expect: 'cannot-tell' },
  { it: 'no probe, and no Ingress: nothing was missed', given: { ingresses: [] }, expect: 'not-applicable' },
])
