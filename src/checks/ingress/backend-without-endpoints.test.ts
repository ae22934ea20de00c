import { expect, test } from 'vitest'
import { ingress } from '../../../test/build/ingress.ts'
import { deployment, notReady, pod } from '../../../test/build/pod.ts'
import { port, service, slice } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import { model } from '../../model/build.ts'
import { known } from '../../model/known.ts'
import { subject } from '../../model/subject.ts'
import selectorMatchesNothing from '../service/selector-matches-nothing.ts'
import check from './backend-without-endpoints.ts'

const ingresses = [
  ingress([
    ['/', 'front', 80],
    ['/cart', 'cart', 80],
  ]),
]
const services = [service('front'), service('cart')]
const front = slice('front', [pod('front-1')])

const asleep = {
  ingresses,
  services,
  endpointSlices: [front],
  pods: [pod('front-1')],
  workloads: [deployment('cart', 0)],
}

describeCheck(check, [
  {
    it: 'none ready',
    given: {
      ingresses,
      services,
      endpointSlices: [front, slice('cart', [notReady('cart-1', 'x'), notReady('cart-2', 'x')])],
    },
    expect: [
      { subject: 'Ingress/shop/web', severity: 'error', args: { service: 'cart', endpoints: 2, count: 1, of: 2 } },
    ],
  },
  {
    it: 'no slices at all',
    given: { ingresses, services, endpointSlices: [front] },
    expect: [{ subject: 'Ingress/shop/web', args: { endpoints: 0 } }],
  },
  {
    it: 'each request is redirected elsewhere',
    given: {
      ingresses: [
        ingress([['/', 'cart', 80]], {
          redirect: { by: 'permanent-redirect', to: { scheme: 'https', host: 'a.example', port: 443 }, path: '/' },
        }),
      ],
      services,
      endpointSlices: [front],
    },
    expect: 'not-applicable',
  },
  { it: 'scaled to 0', given: asleep, expect: [{ subject: 'Ingress/shop/web', severity: 'info' }] },
  {
    it: 'scaled to 0, and asked about',
    given: asleep,
    scope: { target: { kind: 'object', object: subject('Ingress', 'shop', 'web'), url: null } },
    expect: [{ subject: 'Ingress/shop/web', severity: 'warning' }],
  },
  ...[true, false].map((idle) => ({
    it: idle ? 'a canary at weight 0' : 'a canary with a share of the requests',
    given: {
      ...asleep,
      workloads: [],
      ingresses: [
        ingress([['/', 'cart', 80]], { nginx: { rewrite: null, regex: false, canary: true, idle, protocol: null } }),
      ],
    },
    expect: [
      {
        subject: 'Ingress/shop/web' as const,
        severity: idle ? ('info' as const) : ('error' as const),
        args: { isIdle: idle },
      },
    ],
  })),
  {
    it: 'only leaving endpoints are left',
    given: { ingresses, services, endpointSlices: [front, slice('cart', [pod('cart-1', { deleting: true })])] },
    expect: [{ subject: 'Ingress/shop/web' }],
  },
  {
    it: 'ready',
    given: { ingresses, services, endpointSlices: [front, slice('cart', [pod('cart-1')])] },
    expect: 'ok',
  },
  {
    it: 'endpoints written by hand',
    given: {
      ingresses: [ingress([['/', 'legacy', 80]])],
      services: [service('legacy', { selector: null })],
      endpointSlices: [slice('legacy', [pod('x', { ip: '192.168.7.7' })])],
    },
    expect: 'ok',
  },
  {
    it: 'a Service or a port that is not there is another check',
    given: {
      ingresses: [
        ingress([
          ['/', 'gone', 80],
          ['/cart', 'cart', 81],
        ]),
      ],
      services: [service('cart', { ports: [port()] })],
      endpointSlices: [],
    },
    expect: 'not-applicable',
  },
  {
    it: 'ExternalName has none',
    given: {
      ingresses: [ingress([['/', 'cart', 80]])],
      services: [service('cart', { type: 'ExternalName', selector: null })],
      endpointSlices: [],
    },
    expect: 'not-applicable',
  },
  { it: 'slices that could not be read', given: { ingresses, services }, expect: 'cannot-tell' },
])

test('folds under what empties the Service', () => {
  const given = model({
    ingresses: known(ingresses),
    services: known([service('front'), service('cart', { selector: { app: 'crat' } })]),
    endpointSlices: known([front]),
    pods: known([pod('front-1'), pod('cart-1')]),
    workloads: known([]),
  })
  const { roots } = diagnose(given, { checks: [check, selectorMatchesNothing] })
  expect(roots.map((it) => [it.finding.code, ...it.consequences.map((one) => one.code)])).toEqual([
    ['SVC201', 'ING304'],
  ])
})
