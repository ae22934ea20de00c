import { expect, test } from 'vitest'
import * as G from '../../../test/build/gateway.ts'
import { linesOf } from '../../../test/build/troubles.ts'
import { modelOf } from '../../../test/describe-check.ts'
import type { Scope, Sources } from '../../model/sources.ts'
import {
  gatewayClassTroubles,
  gatewayRouteTroubles,
  gatewayTroubles,
  proxyTroubles,
  tlsPolicyTroubles,
} from './gateways.ts'

const { condition } = G
const refused = condition('Accepted', { status: 'False', reason: 'NoMatch', message: 'no controller takes it' })
const inShop: Partial<Scope> = { namespace: 'shop' }
const dns: Partial<Scope> = { target: { kind: 'dns' } }
const status = (...conditions: readonly ReturnType<typeof condition>[]) => [
  { parent: G.parent(), controller: 'example.com/gateway', conditions },
]
const policy = (...conditions: readonly ReturnType<typeof condition>[]): Sources['backendTlsPolicies'][number] => ({
  namespace: 'shop',
  name: 'tls',
  generation: 1,
  targets: [{ group: '', kind: 'Service', name: 'web', section: null }],
  authorities: [],
  wellKnown: 'System',
  hostname: 'web.example.com',
  status: status(...conditions),
})

const readers = [gatewayClassTroubles, gatewayTroubles, gatewayRouteTroubles, tlsPolicyTroubles, proxyTroubles]

test.each<[it: string, given: Partial<Sources>, scope: Partial<Scope>, expected: readonly string[]]>([
  ['nothing is known', {}, {}, []],
  [
    'all as declared',
    {
      gatewayClasses: [G.gatewayClass('contour')],
      gateways: [G.gateway()],
      gatewayRoutes: [G.route([])],
      httpProxies: [G.httpProxy([])],
      backendTlsPolicies: [policy(condition('Accepted'))],
    },
    {},
    [],
  ],
  [
    'a class that is not accepted, and its Gateway with it',
    {
      gatewayClasses: [G.gatewayClass('contour', { conditions: [refused] })],
      gateways: [G.gateway()],
    },
    {},
    [
      'nuisance of gatewayClasses: not-as-declared, 1 of 1',
      'GatewayClass/contour: Accepted in its status: Accepted is False (NoMatch): “no controller takes it”',
      'with GatewayClass/contour',
      'keys gateway-class-fails:contour',
    ],
  ],
  [
    'a class that nobody has looked at, as its Gateway',
    {
      gatewayClasses: [G.gatewayClass('contour', { conditions: [condition('Accepted', { status: 'Unknown' })] })],
      gateways: [
        G.gateway([], {
          conditions: [condition('Accepted', { status: 'Unknown' }), condition('Programmed', { status: 'Unknown' })],
        }),
      ],
    },
    {},
    [
      'nuisance of gatewayClasses: not-as-declared, 1 of 1',
      'GatewayClass/contour: Accepted in its status: Accepted is Unknown (Accepted)',
      'with GatewayClass/contour',
      'keys gateway-class-fails:contour',
      'nuisance of gateways: not-as-declared, 2 of 2',
      'Gateway/edge/edge: Accepted, Programmed in its status: Accepted is Unknown (Accepted)',
      'with Gateway/edge/edge',
      'keys gateway-fails:edge/edge',
    ],
  ],
  [
    'a class without a status is a sign where somebody has looked at one of its Gateways',
    {
      gatewayClasses: [G.gatewayClass('contour', { conditions: [] })],
      gateways: [
        G.gateway([], {
          name: 'late',
          conditions: [condition('Accepted', { status: 'Unknown' }), condition('Programmed')],
        }),
        G.gateway(),
      ],
    },
    {},
    [
      'sign of gatewayClasses: not-as-declared, 1 of 1',
      'GatewayClass/contour: Accepted in its status: Accepted is not in its status',
      'with GatewayClass/contour',
      'keys gateway-class-fails:contour',
      'nuisance of gateways: not-as-declared, 1 of 1',
      'Gateway/edge/late: Accepted in its status: Accepted is Unknown (Accepted)',
      'with Gateway/edge/late',
      'keys gateway-fails:edge/late',
    ],
  ],
  [
    'a class that no Gateway names is a sign',
    { gatewayClasses: [G.gatewayClass('other', { conditions: [refused] })], gateways: [G.gateway()] },
    {},
    [
      'sign of gatewayClasses: not-as-declared, 1 of 1',
      'GatewayClass/other: Accepted in its status: Accepted is False (NoMatch): “no controller takes it”',
      'with GatewayClass/other',
      'keys gateway-class-fails:other',
    ],
  ],
  [
    'of a namespace only classes that its Gateways name count',
    {
      gatewayClasses: [
        G.gatewayClass('other', { conditions: [refused] }),
        G.gatewayClass('contour', { conditions: [refused] }),
      ],
      gateways: [G.gateway()],
    },
    inShop,
    [
      'nuisance of gatewayClasses: not-as-declared, 1 of 1',
      'GatewayClass/contour: Accepted in its status: Accepted is False (NoMatch): “no controller takes it”',
      'with GatewayClass/contour',
      'keys gateway-class-fails:contour',
    ],
  ],
  [
    'who asks about DNS alone hears nothing of it',
    { gatewayClasses: [G.gatewayClass('contour', { conditions: [refused] })], gateways: [G.gateway()] },
    dns,
    [],
  ],
  [
    'a Gateway without a status, with a listener that conflicts and one without',
    {
      gateways: [
        G.gateway(
          [
            G.listener({
              name: 'a',
              status: {
                attached: 0,
                conditions: [
                  condition('Accepted'),
                  condition('Conflicted', { reason: 'HostnameConflict', message: 'as b' }),
                  condition('ResolvedRefs', { status: 'False', reason: '' }),
                ],
              },
            }),
            G.listener({ name: 'b', status: null }),
          ],
          { conditions: [] },
        ),
      ],
    },
    {},
    [
      'nuisance of gateways: not-as-declared, 2 of 2',
      'Gateway/edge/edge: Accepted, Programmed in its status: Accepted is not in its status',
      'with Gateway/edge/edge',
      'keys gateway-fails:edge/edge',
      'nuisance of gateways: not-as-declared, 2 of 2',
      'Gateway/edge/edge: Conflicted, ResolvedRefs, listener a in its status: Conflicted is True (HostnameConflict): “as b”',
      'with Gateway/edge/edge',
      'keys gateway-fails:edge/edge/a',
    ],
  ],
  [
    'a Gateway whose status is of an older generation',
    { gateways: [G.gateway([], { generation: 2 })] },
    {},
    [
      'nuisance of gateways: not-as-declared, 2 of 2',
      'Gateway/edge/edge: Accepted, Programmed in its status: Accepted is of an older generation',
      'with Gateway/edge/edge',
      'keys gateway-fails:edge/edge',
    ],
  ],
  [
    'a route that is not accepted by one Gateway and silent of another',
    {
      gatewayRoutes: [
        G.route([], {
          parents: [G.parent(), G.parent({ name: 'other' }), G.parent({ kind: 'Service', group: '', name: 'mesh' })],
          status: status(refused, condition('ResolvedRefs', { status: 'False', reason: 'BackendNotFound' })),
        }),
      ],
    },
    {},
    [
      'nuisance of gatewayRoutes: not-as-declared, 2 of 2',
      'HTTPRoute/shop/web: Accepted, ResolvedRefs, as example.com/gateway sees it in its status: Accepted is False (NoMatch): “no controller takes it”',
      'with HTTPRoute/shop/web Gateway/edge/edge Gateway/edge/other',
      'keys gateway-route-fails:HTTPRoute/shop/web',
      'nuisance of gatewayRoutes: not-as-declared, 1 of 3',
      'HTTPRoute/shop/web: its status for Gateway other in its status: not there',
      'with HTTPRoute/shop/web Gateway/edge/edge Gateway/edge/other',
      'keys gateway-route-fails:HTTPRoute/shop/web',
    ],
  ],
  [
    'a TLS policy that is not in force',
    { backendTlsPolicies: [policy(refused)] },
    {},
    [
      'nuisance of backendTlsPolicies: not-as-declared, 1 of 1',
      'BackendTLSPolicy/shop/tls: Accepted, as example.com/gateway sees it in its status: Accepted is False (NoMatch): “no controller takes it”',
      'with BackendTLSPolicy/shop/tls Service/shop/web',
      'keys backend-tls-policy-fails:shop/tls',
    ],
  ],
  [
    'an HTTPProxy that is invalid, and one that nobody has looked at',
    {
      httpProxies: [
        G.httpProxy([], { current: 'invalid', description: 'At least one error present' }),
        G.httpProxy([], { name: 'new', current: null, description: '' }),
      ],
    },
    {},
    [
      'nuisance of httpProxies: not-as-declared, 1 of 1',
      'HTTPProxy/shop/web: its status in its status: invalid: At least one error present',
      'with HTTPProxy/shop/web',
      'keys proxy-fails:shop/web',
      'nuisance of httpProxies: not-as-declared, 1 of 1',
      'HTTPProxy/shop/new: its status in its status: nobody has looked at it',
      'with HTTPProxy/shop/new',
      'keys proxy-fails:shop/new',
    ],
  ],
])('%s', (_it, given, scope, expected) => {
  expect(readers.flatMap((it) => it(modelOf(given, {}, scope))).flatMap(linesOf)).toEqual(expected)
})
