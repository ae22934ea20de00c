import { expect } from 'vitest'
import { container, cronJob, pod } from '../../../test/build/pod.ts'
import { egressPolicy, ingressPolicy, labels, namespace, onPort, peer, rule } from '../../../test/build/policy.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { NetworkPolicy, OtherPolicy } from '../../model/network-policy.ts'
import type { Idle } from '../../model/workload.ts'
import check from './keeps-caller.ts'

const caller = (host: string, port: number | null = 80) =>
  pod('web-1', { ip: '10.2.1.1', containers: [container({ calls: [{ by: 'CART_URL', host, port }] })] })
const cart = pod('cart-1', { ip: '10.2.1.2' })
const given = (
  policies: readonly NetworkPolicy[],
  from = caller('cart'),
  otherPolicies: readonly OtherPolicy[] = [],
) => ({
  networkPolicies: policies,
  pods: [from, cart],
  services: [service('cart')],
  namespaces: [namespace('shop')],
  otherPolicies,
})
const about = (app: string) => ({ podSelector: labels({ app }) })
const from = (app: string) => rule([peer({ podSelector: labels({ app }) })])

const comes = (idle: Idle, policies: readonly NetworkPolicy[]) => {
  const told = container({ calls: [{ by: 'CART_URL', host: 'cart', port: 80 }] })
  return { ...given(policies), pods: [cart], workloads: [cronJob('report', idle, told, { app: 'report' })] }
}

const ambient = { dnsHop: { by: "the node's ztunnel", sign: 'ambient.istio.io/redirection: enabled' } }
const tunnelled = given([ingressPolicy('hbone', [rule([], [onPort(15_008)])], about('cart'))])

const versioned = (name: string, number: number) =>
  pod(name, {
    ip: `10.2.1.${number % 100}`,
    containers: [container({ ports: [{ name: 'http', port: number, protocol: 'TCP' }] })],
  })

describeCheck(check, [
  {
    it: 'ambient mode at both ends, and 15008 is let in: the tunnel carries it',
    given: {
      ...tunnelled,
      pods: [
        { ...caller('cart'), ...ambient },
        { ...cart, ...ambient },
      ],
    },
    expect: 'ok',
  },
  {
    it: 'ambient mode at both ends, and nothing is let in',
    given: {
      ...given([ingressPolicy('deny', [], about('cart'))]),
      pods: [
        { ...caller('cart'), ...ambient },
        { ...cart, ...ambient },
      ],
    },
    expect: [{ subject: 'NetworkPolicy/shop/deny' }],
  },
  {
    it: 'the caller is not of the mesh, and 15008 alone is let in',
    given: { ...tunnelled, pods: [caller('cart'), { ...cart, ...ambient }] },
    expect: [{ subject: 'NetworkPolicy/shop/hbone' }],
  },
  {
    it: 'the number of one of two versions is let in',
    given: {
      ...given([
        ingressPolicy('old', [rule([peer({ podSelector: labels({ app: 'web' }) })], [onPort(8080)])], about('cart')),
      ]),
      pods: [caller('cart'), versioned('cart-1', 8080), versioned('cart-2', 9090)],
      services: [service('cart', { ports: [port({ targetPort: 'http' })] })],
    },
    expect: [
      {
        subject: 'NetworkPolicy/shop/old',
        args: { denied: 1, of: 2 },
        says: /does not let .* in to 1 of 2 endpoints of Service shop\/cart[\s\S]*1 of 2 ways denied/,
      },
    ],
  },
  {
    it: 'nobody is let in, and it is told to call',
    given: given([ingressPolicy('deny', [], about('cart'))]),
    expect: [
      {
        subject: 'NetworkPolicy/shop/deny',
        severity: 'warning',
        confidence: 'inferred',
        args: { direction: 'Ingress', service: 'shop/cart', by: 'CART_URL', caller: 'Deployment shop/web' },
      },
    ],
  },
  ...(['scheduled', 'suspended'] as const).map((idle) => ({
    it: `nobody is let in, and the next pod of a CronJob is told to call (${idle})`,
    given: comes(idle, [ingressPolicy('deny', [], about('cart'))]),
    expect: [
      {
        subject: 'NetworkPolicy/shop/deny',
        severity: idle === 'scheduled' ? ('warning' as const) : ('info' as const),
        args: { caller: 'CronJob shop/report', idle },
        says: 'which CART_URL tells its next pod to call',
      },
    ],
  })),
  {
    it: 'the next pod of a CronJob is let in by its labels',
    given: comes('scheduled', [ingressPolicy('some', [from('report')], about('cart'))]),
    expect: 'ok',
  },
  {
    it: 'the next pod of a CronJob may be let in by its address, which nobody knows yet',
    given: comes('scheduled', [
      ingressPolicy('some', [rule([peer({ ipBlock: { cidr: '10.2.0.0/16', except: [] } })])], about('cart')),
    ]),
    expect: 'cannot-tell',
  },
  {
    it: 'the next pod of a CronJob of a namespace in ambient mode may go by the tunnel',
    given: {
      ...comes('scheduled', [ingressPolicy('hbone', [rule([], [onPort(15_008)])], about('cart'))]),
      namespaces: [namespace('shop', { 'istio.io/dataplane-mode': 'ambient' })],
    },
    expect: 'not-applicable',
  },
  {
    it: 'it is let out to others alone',
    given: given([egressPolicy('out', [from('db')], about('web'))]),
    expect: [{ subject: 'NetworkPolicy/shop/out', args: { direction: 'Egress' } }],
  },
  {
    it: "the Service's port in place of the pods'",
    given: given([ingressPolicy('web', [rule([], [onPort(80)])], about('cart'))]),
    expect: [{ subject: 'NetworkPolicy/shop/web' }],
  },
  {
    it: 'it is let in over UDP: the protocol is what is wrong',
    given: given([
      ingressPolicy(
        'web',
        [rule([peer({ podSelector: labels({ app: 'web' }) })], [onPort(8080, 'UDP')])],
        about('cart'),
      ),
    ]),
    expect: [{ subject: 'NetworkPolicy/shop/web', args: { near: expect.stringContaining('make its protocol TCP') } }],
  },
  {
    it: 'it is let in on a name that no container has',
    given: given([
      ingressPolicy('web', [rule([peer({ podSelector: labels({ app: 'web' }) })], [onPort('nobody')])], about('cart')),
    ]),
    expect: [{ subject: 'NetworkPolicy/shop/web', args: { near: expect.stringContaining('names port `nobody`') } }],
  },
  { it: 'it is let in', given: given([ingressPolicy('web', [from('web')], about('cart'))]), expect: 'ok' },
  {
    it: 'a policy of another kind may let it in',
    given: given([ingressPolicy('deny', [], about('cart'))], caller('cart'), [
      { kind: 'CiliumNetworkPolicy', namespace: 'shop', name: 'cart' },
    ]),
    expect: 'cannot-tell',
    says: /CiliumNetworkPolicy shop\/cart decides as well/,
  },
  {
    it: 'it is told to call what is not there: another finding says so',
    given: given([ingressPolicy('deny', [], about('cart'))], caller('carts')),
    expect: 'not-applicable',
  },
  {
    it: 'nobody is told whom to call',
    given: given([ingressPolicy('deny', [], about('cart'))], pod('web-1')),
    expect: 'not-applicable',
  },
  {
    it: 'policies forbidden',
    given: modelOf(
      { pods: [caller('cart'), cart], services: [service('cart')] },
      { networkPolicies: unknown('forbidden', 'list networkpolicies') },
    ),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
