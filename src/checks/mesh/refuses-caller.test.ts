import { authorizationPolicy, mesh, meshGateway, meshPod, virtualService } from '../../../test/build/istio.ts'
import { container } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { AuthorizationPolicy, Mesh } from '../../model/mesh.ts'
import type { Pod } from '../../model/pod.ts'
import check from './refuses-caller.ts'

const allow = (namespaces: readonly string[], principals: readonly string[] = [], name = 'allow') =>
  authorizationPolicy({ name, action: 'ALLOW', rules: 1, from: [[{ namespaces, principals }]] })
const accounts = (...serviceAccounts: readonly string[]) =>
  authorizationPolicy({
    name: 'allow',
    action: 'ALLOW',
    rules: 1,
    from: [[{ namespaces: [], principals: [], serviceAccounts }]],
  })
const cart = meshPod('cart-1', { labels: { app: 'cart' } })
const gatewayPod = meshPod('gw-1', {
  namespace: 'edge',
  labels: { istio: 'ingressgateway' },
  serviceAccount: 'gateway',
})
const given = (policies: readonly AuthorizationPolicy[], pods: readonly Pod[] = [], about: Partial<Mesh> = {}) => ({
  mesh: mesh({
    virtualServices: [virtualService([{ host: 'cart.shop.svc.cluster.local' }], { gateways: ['edge/edge'] })],
    gateways: [meshGateway({ homes: ['edge'] })],
    authorizationPolicies: policies,
    ...about,
  }),
  services: [service('cart', { selector: { app: 'cart' } })],
  pods: [cart, ...pods],
})
const found = (says: RegExp) => [{ subject: 'AuthorizationPolicy/shop/allow', confidence: 'inferred' as const, says }]
const caller = (about: Partial<Pod>): Pod =>
  meshPod('web-1', {
    labels: { app: 'web' },
    containers: [
      container({ calls: [{ host: 'cart.shop.svc.cluster.local', port: 80, by: 'CART_URL' }] }),
      container({ name: 'istio-proxy', ports: [] }),
    ],
    ...about,
  })
const noGateway = { virtualServices: [], gateways: [] }

describeCheck(check, [
  {
    it: 'the callers of one namespace: the gateway is of another',
    given: given([allow(['shop'])]),
    expect: found(/namespace edge in to Service shop\/cart, which VirtualService shop\/web/),
  },
  { it: 'the gateway is let in', given: given([allow(['shop', 'edge'])]), expect: 'ok' },
  { it: 'by another policy', given: given([allow(['shop']), allow(['edge'], [], 'edge')]), expect: 'ok' },
  { it: 'everybody is', given: given([authorizationPolicy({ rules: 1, from: [[]] })]), expect: 'ok' },
  {
    it: "the account of the gateway's pods",
    given: given([allow([], ['cluster.local/ns/edge/sa/gateway'])], [gatewayPod]),
    expect: 'ok',
  },
  {
    it: 'another account of its namespace',
    given: given([allow([], ['cluster.local/ns/edge/sa/old'])], [gatewayPod]),
    expect: found(/edge\/gateway/),
  },
  {
    it: 'an account that was renamed, of a pod that is told to call',
    given: given([allow([], ['cluster.local/ns/shop/sa/old'])], [caller({ serviceAccount: 'web' })], noGateway),
    expect: found(/shop\/web \(a service account\)/),
  },
  {
    it: 'the account that it has',
    given: given([allow([], ['cluster.local/ns/shop/sa/web'])], [caller({ serviceAccount: 'web' })], noGateway),
    expect: 'ok',
  },
  {
    it: 'another service account by its name',
    given: given([accounts('shop/old')], [caller({ serviceAccount: 'web' })], noGateway),
    expect: found(/does not let shop\/web \(a service account\) in/),
  },
  {
    it: 'the service account by its name',
    given: given([accounts('shop/old', 'shop/web')], [caller({ serviceAccount: 'web' })], noGateway),
    expect: 'ok',
  },
  { it: 'an account of a gateway whose pods were not read', given: given([accounts('edge/any')]), expect: 'ok' },
  {
    it: 'accounts of another namespace than that of the gateway',
    given: given([accounts('shop/web')]),
    expect: found(/namespace edge in/),
  },
  {
    it: 'a caller without a proxy',
    given: given(
      [allow(['shop'])],
      [caller({ containers: [container({ calls: [{ host: 'cart', port: 80, by: 'CART_URL' }] })] })],
      noGateway,
    ),
    expect: found(/without identity/),
  },
  {
    it: 'a pod that is told its own address',
    given: given(
      [allow(['edge'])],
      [caller({ labels: { app: 'cart' }, owner: { kind: 'StatefulSet', name: 'cart' }, serviceAccount: 'cart' })],
      noGateway,
    ),
    expect: 'not-applicable',
  },
  {
    it: 'a policy of other pods',
    given: given([{ ...allow(['shop']), selector: { app: 'db' } }]),
    expect: 'not-applicable',
  },
  { it: 'a policy of a waypoint', given: given([{ ...allow(['shop']), attached: true }]), expect: 'not-applicable' },
  {
    it: 'an old recording, which does not say whom a rule is about',
    given: given([authorizationPolicy({ rules: 1 })]),
    expect: 'ok',
  },
  {
    it: 'policies of one namespace alone',
    given: given([allow(['shop'])], [], { inScopeOnly: ['AuthorizationPolicy'] }),
    expect: 'cannot-tell',
    says: /not all read/,
  },
  { it: 'no policy', given: given([]), expect: 'not-applicable' },
])
