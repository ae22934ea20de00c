import fc from 'fast-check'
import { expect, test } from 'vitest'
import { beside } from '../../../test/build/beside.ts'
import { controller, ingress } from '../../../test/build/ingress.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import type { Ingress, IngressRule } from '../../model/ingress.ts'
import { subject } from '../../model/subject.ts'
import { routeFor } from '../../relations/ingress/ingress-routes-to-service.ts'
import { nearRoutes } from '../../relations/ingress/near-route.ts'
import check from './url-without-route.ts'

const withRules = (...rules: readonly (readonly [host: string | null, path: string, pathType: string])[]): Ingress =>
  ingress([], {
    rules: rules.map(([host, path, pathType]): IngressRule => ({
      host,
      paths: [{ path, pathType, backend: { service: 'web', port: 80, path: '' } }],
    })),
  })
const asked = (url: string, ...ingresses: readonly Ingress[]) =>
  modelOf({ ingresses }, {}, { target: { kind: 'object', object: subject('Ingress', 'shop', 'web'), url } })
const exact = withRules(['web.example.com', '/shop', 'Exact'])
const prefix = withRules(['web.example.com', '/shop', 'Prefix'])
const missed = (it: string, url: string, one: Ingress, miss: string) => ({
  it,
  given: asked(url, one),
  expect: [
    { subject: 'Ingress/shop/web', severity: 'error' as const, confidence: 'inferred' as const, args: { miss } },
  ],
})

describeCheck(check, [
  missed('a path below an Exact one', 'https://web.example.com/shop/x', exact, 'below-exact'),
  missed('a slash more than an Exact path has', 'https://web.example.com/shop/', exact, 'trailing-slash'),
  missed('other case', 'https://web.example.com/Shop', exact, 'case'),
  missed('other case, below a Prefix', 'https://web.example.com/SHOP/x', prefix, 'case'),
  missed('a longer word than a Prefix', 'https://web.example.com/shopping', prefix, 'part-of-word'),
  missed('a slip of the path', 'https://web.example.com/shpo', prefix, 'slip'),
  missed('another path altogether', 'https://web.example.com/admin', prefix, 'other-path'),
  missed(
    'the nearest of several',
    'https://web.example.com/shop/',
    withRules(['web.example.com', '/admin', 'Exact'], ['web.example.com', '/shop', 'Exact']),
    'trailing-slash',
  ),
  missed('a rule without paths', 'https://web.example.com/x', ingress([]), 'no-path'),
  missed(
    'a label more than a wildcard',
    'https://a.b.example.com/',
    withRules(['*.example.com', '/', 'Prefix']),
    'host-too-deep',
  ),
  missed('a slip of the host', 'https://wbe.example.com/shop', exact, 'host-slip'),
  {
    it: 'a pattern that its controller alone reads',
    given: asked('https://web.example.com/b', withRules(['web.example.com', '/a(/|$)(.*)', 'ImplementationSpecific'])),
    expect: 'cannot-tell',
    says: /is a pattern/,
  },
  {
    it: 'a rule whose backend is an action of the load balancer',
    given: asked(
      'https://web.example.com/',
      ingress([], {
        rules: [
          {
            host: 'web.example.com',
            paths: [
              { path: '/', pathType: 'Prefix', backend: { service: 'ssl-redirect', port: 'use-annotation', path: '' } },
            ],
          },
        ],
      }),
    ),
    expect: 'ok',
  },
  {
    it: 'a rule whose backend is another resource',
    given: asked(
      'https://web.example.com/x',
      ingress([], {
        rules: [
          {
            host: 'web.example.com',
            paths: [{ path: '/', pathType: 'Prefix', backend: { service: '', port: null, path: '' } }],
          },
        ],
      }),
    ),
    expect: 'ok',
  },
  { it: 'the very path', given: asked('https://web.example.com/shop', exact), expect: 'ok' },
  { it: 'upper case in the host', given: asked('https://WEB.example.com/shop', exact), expect: 'ok' },
  {
    it: 'another Ingress of the host takes it',
    given: asked('https://web.example.com/shop/x', exact, { ...prefix, name: 'other' }),
    expect: 'ok',
  },
  {
    it: 'a slip of the host where Traefik may have a kind of its own for it',
    given: {
      ...asked('https://wbe.example.com/shop', exact),
      sources: {
        ...asked('https://wbe.example.com/shop', exact).sources,
        ingressControllers: known([controller({ controller: 'traefik.io/ingress-controller' })]),
        beside: known(beside()),
      },
    },
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning', confidence: 'possible' }],
  },
  {
    it: 'no URL was asked about, and a rule has a host without paths',
    given: { ingresses: [ingress([], { rules: [{ host: 'shop.example.com', paths: [] }] })] },
    expect: [{ subject: 'Ingress/shop/web', severity: 'info', args: { miss: 'no-path' } }],
  },
  {
    it: 'such a rule, and another Ingress has paths of that host',
    given: { ingresses: [ingress([], { rules: [{ host: 'web.example.com', paths: [] }] }), exact] },
    expect: 'not-applicable',
  },
  {
    it: 'such a rule, and a default backend',
    given: {
      ingresses: [
        ingress([], {
          rules: [{ host: 'shop.example.com', paths: [] }],
          defaultBackend: { service: 'web', port: 80, path: '' },
        }),
      ],
    },
    expect: 'not-applicable',
  },
  { it: 'no URL was asked about', given: { ingresses: [exact] }, expect: 'not-applicable' },
  {
    it: 'Ingresses forbidden',
    given: modelOf({}, { ingresses: unknown('forbidden', 'list ingresses in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])

test('what is near is said of exactly the URLs that no rule takes, whenever the host has a rule', () => {
  const host = fc.constantFrom('web.example.com', '*.example.com', 'a.b.example.com')
  const path = fc
    .array(fc.constantFrom('shop', 'Shop', 'shopping', 'x', ''), { maxLength: 3 })
    .map((it) => `/${it.join('/')}`)
  const rule = fc.tuple(host, path, fc.constantFrom('Exact', 'Prefix'))
  fc.assert(
    fc.property(fc.array(rule, { minLength: 1, maxLength: 4 }), path, (rules, wanted) => {
      const one = withRules(...rules)
      const near = nearRoutes([one], 'web.example.com', wanted)
      const taken = routeFor(one, 'web.example.com', wanted) !== null
      const hasHost = rules.some(([it]) => it !== 'a.b.example.com')
      if (taken) expect(near).toEqual([])
      else if (hasHost) expect(near.length).toBeGreaterThan(0)
    }),
  )
})
