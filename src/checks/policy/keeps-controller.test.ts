import { expect } from 'vitest'
import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import {
  egressPolicy,
  ingressPolicy,
  labels,
  namespace,
  namespaceNamed,
  onPort,
  peer,
  rule,
} from '../../../test/build/policy.ts'
import { pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { contacts, get } from '../../../test/build/contacts.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { IngressController } from '../../model/ingress.ts'
import { unknown } from '../../model/known.ts'
import type { NetworkPolicy, OtherPolicy } from '../../model/network-policy.ts'
import check from './keeps-controller.ts'

const nginx = controller({ labels: { app: 'nginx' }, node: 'worker-1' })
const cart = pod('cart-1', { ip: '10.2.1.2', node: 'worker-2' })
const given = (
  networkPolicies: readonly NetworkPolicy[],
  about: { readonly by?: readonly IngressController[]; readonly others?: readonly OtherPolicy[] } = {},
) => ({
  ingresses: [ingress([['/', 'cart', 80]])],
  ingressClasses: [ingressClass('nginx')],
  ingressControllers: about.by ?? [nginx],
  networkPolicies,
  pods: [cart],
  services: [service('cart')],
  namespaces: [namespace('shop'), namespace('ingress-nginx')],
  otherPolicies: about.others ?? [],
})
const pods = peer({ podSelector: labels() })
const ownAlone = ingressPolicy('own', [rule([pods])])
const byPod = peer({ podSelector: labels({ app: 'nginx' }) })

const ambient = { dnsHop: { by: "the node's ztunnel", sign: 'ambient.istio.io/redirection: enabled' } }
const hbone = given([ingressPolicy('hbone', [rule([], [onPort(15_008)])])])
const ofMesh = { ...cart, ...ambient }

describeCheck(check, [
  {
    it: 'the controller and the backend are of the ambient mesh, and 15008 is let in',
    given: { ...hbone, pods: [ofMesh, { ...pod(nginx.pod, ambient), namespace: nginx.namespace }] },
    expect: 'ok',
  },
  {
    it: "the controller's pod was not read, and its namespace is of the ambient mesh",
    given: {
      ...hbone,
      pods: [ofMesh],
      namespaces: [namespace('shop'), namespace('ingress-nginx', { 'istio.io/dataplane-mode': 'ambient' })],
    },
    expect: 'ok',
  },
  {
    it: 'the controller is not of the mesh, and 15008 alone is let in',
    given: { ...hbone, pods: [ofMesh, { ...pod(nginx.pod), namespace: nginx.namespace }] },
    expect: [{ subject: 'NetworkPolicy/shop/hbone' }],
  },
  {
    it: 'the own namespace is let in, and the controller is in another',
    given: given([ownAlone]),
    expect: [
      {
        subject: 'NetworkPolicy/shop/own',
        severity: 'error',
        confidence: 'inferred',
        args: { services: ['shop/cart'], ingresses: ['shop/web'], home: 'ingress-nginx', meant: '', ways: 1 },
      },
    ],
  },
  {
    it: 'its labels are let in, and mean pods of the own namespace',
    given: given([ownAlone, ingressPolicy('to-nginx', [rule([byPod])])]),
    expect: [{ subject: 'NetworkPolicy/shop/to-nginx', args: { meant: expect.stringContaining('app: nginx') } }],
  },
  {
    it: "it is let in on the Service's port in place of the pods'",
    given: given([ingressPolicy('nginx', [rule([namespaceNamed('ingress-nginx')], [onPort(80)])])]),
    expect: [{ subject: 'NetworkPolicy/shop/nginx', args: { near: expect.stringContaining('TCP 8080') } }],
  },
  {
    it: 'it is not let out',
    given: given([egressPolicy('closed', [], { namespace: 'ingress-nginx' })]),
    expect: [{ subject: 'NetworkPolicy/ingress-nginx/closed', args: { direction: 'Egress' } }],
  },
  {
    it: 'two Ingresses and two Services behind one policy are one finding',
    given: {
      ...given([ownAlone]),
      ingresses: [
        ingress([
          ['/', 'cart', 80],
          ['/pay', 'pay', 80],
        ]),
        ingress([['/', 'cart', 80]], { name: 'api' }),
      ],
      pods: [cart, pod('pay-1', { ip: '10.2.1.3' })],
      services: [service('cart'), service('pay')],
    },
    expect: [
      {
        subject: 'NetworkPolicy/shop/own',
        args: { services: ['shop/cart', 'shop/pay'], ingresses: ['shop/web', 'shop/api'], ways: 3 },
      },
    ],
  },
  {
    it: 'its namespace is let in',
    given: given([ownAlone, ingressPolicy('nginx', [rule([namespaceNamed('ingress-nginx')])])]),
    expect: 'ok',
  },
  {
    it: 'the policy is about other pods',
    given: given([ingressPolicy('db', [], { podSelector: labels({ app: 'db' }) })]),
    expect: 'ok',
  },
  {
    it: 'on the host network: what selectors mean for it is left to the CNI',
    given: given([ownAlone], { by: [{ ...nginx, hostNetwork: true }] }),
    expect: 'cannot-tell',
  },
  {
    it: 'on the host network, and let in as a pod of its namespace, which it is not for most networks',
    given: given([ingressPolicy('nginx', [rule([namespaceNamed('ingress-nginx')])])], {
      by: [{ ...nginx, hostNetwork: true, node: 'worker-9' }],
    }),
    expect: [
      {
        subject: 'NetworkPolicy/shop/nginx',
        severity: 'warning',
        confidence: 'possible',
        args: { isByHost: true },
        says: /lets pods of namespace ingress-nginx in to Service shop.cart, and .* comes there with the address of its node/,
      },
    ],
  },
  {
    it: 'on the host network, and a rule beside has the addresses of the nodes',
    given: given(
      [
        ingressPolicy('nginx', [
          rule([namespaceNamed('ingress-nginx')]),
          rule([peer({ ipBlock: { cidr: '10.2.1.0/24', except: [] } })]),
        ]),
      ],
      { by: [{ ...nginx, ip: '10.2.1.80', hostNetwork: true, node: 'worker-9' }] },
    ),
    expect: 'ok',
  },
  {
    it: 'on the host network, and the selectors mean another namespace',
    given: given([ingressPolicy('nginx', [rule([namespaceNamed('monitoring')])])], {
      by: [{ ...nginx, hostNetwork: true, node: 'worker-9' }],
    }),
    expect: 'cannot-tell',
  },
  {
    it: 'one of two controllers is on the host network',
    given: given([ownAlone], { by: [nginx, { ...nginx, pod: 'controller-2', hostNetwork: true, node: 'worker-2' }] }),
    expect: 'cannot-tell',
  },
  {
    it: 'requests were answered: nobody enforces it',
    given: { ...given([ownAlone]), contacts: contacts([], [get('/', 499)]) },
    expect: 'ok',
  },
  {
    it: 'requests were answered by an error of the controller',
    given: { ...given([ownAlone]), contacts: contacts([], [get('/', 500)]) },
    expect: [{ subject: 'NetworkPolicy/shop/own' }],
  },
  {
    it: 'a policy of another kind may let it in',
    given: given([ownAlone], { others: [{ kind: 'CiliumNetworkPolicy', namespace: 'shop', name: 'cart' }] }),
    expect: 'cannot-tell',
  },
  {
    it: 'the labels of a namespace could not be read',
    given: modelOf(given([ingressPolicy('nginx', [rule([peer({ namespaceSelector: labels({ team: 'edge' }) })])])]), {
      namespaces: unknown('forbidden', 'list namespaces'),
    }),
    expect: 'cannot-tell',
  },
  {
    it: 'the controller only writes down what a load balancer is to do',
    given: given([ownAlone], { by: [{ ...nginx, controller: 'ingress.k8s.aws/alb' }] }),
    expect: 'not-applicable',
  },
  {
    it: 'the controller is not ready: another finding says so',
    given: given([ownAlone], { by: [{ ...nginx, ready: false }] }),
    expect: 'not-applicable',
  },
  {
    it: 'a recording of before, without the labels of controllers',
    given: given([ownAlone], { by: [controller()] }),
    expect: 'cannot-tell',
    says: /labels of the controllers/,
  },
  { it: 'no NetworkPolicy', given: given([]), expect: 'not-applicable' },
  { it: 'no Ingress', given: { ...given([ownAlone]), ingresses: [] }, expect: 'not-applicable' },
  {
    it: 'policies forbidden',
    given: modelOf(given([]), { networkPolicies: unknown('forbidden', 'list networkpolicies') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
