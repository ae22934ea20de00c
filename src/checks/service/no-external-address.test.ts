import { node } from '../../../test/build/node.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Container, Pod } from '../../model/pod.ts'
import type { LoadBalancer, Service } from '../../model/service.ts'
import check from './no-external-address.ts'

const of = (about: Partial<LoadBalancer>): readonly Service[] => [
  service('cart', { type: 'LoadBalancer', loadBalancer: { addresses: [], class: null, problem: null, ...about } }),
]
const event = (reason: string) => ({
  namespace: 'shop',
  object: { kind: 'Service', name: 'cart' },
  reason,
  said: 'Error syncing load balancer: quota exceeded',
  times: 4,
})
const maker = (image: string, about: Partial<Container> = {}): Pod =>
  pod('maker-1', { namespace: 'kube-system', containers: [container({ image, ...about })] })
const cart = 'Service/shop/cart'

const scheduling = "0/3 nodes are available: 1 node(s) didn't have free ports. preemption: 0/3 nodes."
const front = (of: string, about: Partial<Pod> = {}): Pod =>
  pod(`svclb-${of}`, {
    namespace: 'kube-system',
    labels: {
      'svccontroller.k3s.cattle.io/svcname': of,
      'svccontroller.k3s.cattle.io/svcnamespace': 'shop',
    },
    owner: { kind: 'DaemonSet', name: `svclb-${of}` },
    containers: [container({ ports: [{ name: null, port: 80, protocol: 'TCP', hostPort: 80 }] })],
    ...about,
  })

describeCheck(check, [
  {
    it: 'the controller says why',
    given: { services: of({}), events: [event('SyncLoadBalancerFailed')] },
    expect: [{ subject: cart, severity: 'warning', confidence: 'possible', says: /an Event says “Error syncing/ }],
  },
  {
    it: 'who is to give it an address says why not, in a condition',
    given: { services: of({ refused: 'There are no enabled CiliumLoadBalancerIPPools that match this service' }) },
    expect: [{ subject: cart, severity: 'warning', confidence: 'inferred', says: /: “There are no enabled Cilium/ }],
  },
  {
    it: 'the same beside an address that it has of somebody else',
    given: { services: of({ addresses: ['203.0.113.4'], refused: 'There are no enabled pools' }) },
    expect: 'ok',
  },
  {
    it: 'its annotation hands it to the controller of AWS, which is not here',
    given: { services: of({ handedTo: 'aws' }), pods: [pod('web-1')] },
    expect: [{ subject: cart, severity: 'warning', confidence: 'possible', says: /of which no pod is here/ }],
  },
  {
    it: 'so does its class',
    given: { services: of({ class: 'service.k8s.aws/nlb' }), pods: [] },
    expect: [{ subject: cart, severity: 'warning', says: /handed to the AWS Load Balancer Controller/ }],
  },
  {
    it: 'that controller is here, and is at work still',
    given: { services: of({ handedTo: 'aws' }), pods: [maker('eks/aws-load-balancer-controller:v2.9')] },
    expect: [{ subject: cart, severity: 'info' }],
  },
  {
    it: 'that controller is here, and not ready',
    given: {
      services: of({ handedTo: 'aws' }),
      pods: [{ ...maker('eks/aws-load-balancer-controller:v2.9'), ready: false }],
    },
    expect: [{ subject: cart, severity: 'warning', says: /has no ready pod/ }],
  },
  {
    it: 'kube-vip is told to serve no Services',
    given: { services: of({}), pods: [maker('ghcr.io/kube-vip/kube-vip:v0.8.7', { balances: 'off' })] },
    expect: [{ subject: cart, severity: 'warning', says: /\(kube-vip\) is told to serve no Services/ }],
  },
  {
    it: 'the same beside MetalLB, which may',
    given: {
      services: of({}),
      pods: [
        maker('ghcr.io/kube-vip/kube-vip:v0.8.7', { balances: 'off' }),
        maker('quay.io/metallb/controller:v0.14.8'),
      ],
    },
    expect: [{ subject: cart, severity: 'info', args: { lack: null } }],
  },
  {
    it: 'nobody is here to make one, and no cloud',
    given: { services: of({}), pods: [pod('web-1')], nodes: [node('worker-1')] },
    expect: [{ subject: cart, severity: 'info', says: /no node is of a cloud/ }],
  },
  {
    it: 'nobody is here, and the nodes are of a cloud, whose own may run outside',
    given: { services: of({}), pods: [pod('web-1')], nodes: [node('worker-1', { provider: 'gce' })] },
    expect: [{ subject: cart, severity: 'info', args: { lack: null } }],
  },
  {
    it: 'pods of one namespace alone were read',
    given: { services: of({ handedTo: 'aws' }), pods: [pod('web-1')] },
    scope: { namespace: 'shop' },
    expect: [{ subject: cart, severity: 'info', args: { lack: null } }],
  },
  {
    it: 'it is two minutes old',
    given: { services: of({ handedTo: 'aws' }).map((it) => ({ ...it, youngSeconds: 120 })), pods: [] },
    expect: [{ subject: cart, severity: 'info' }],
  },
  {
    it: 'nobody says a word',
    given: { services: of({}), events: [] },
    expect: [{ subject: cart, severity: 'info', confidence: 'possible' }],
  },
  {
    it: 'the same of the Service that was asked about',
    given: { services: of({}) },
    scope: { target: { kind: 'object', object: { kind: 'Service', namespace: 'shop', name: 'cart' }, url: null } },
    expect: [{ subject: cart, severity: 'warning' }],
  },
  {
    it: 'nobody says a word, and it names a class',
    given: { services: of({ class: 'example.com/lb' }), events: [] },
    expect: [{ subject: cart, severity: 'warning', confidence: 'possible', says: /class example\.com\/lb/ }],
  },
  ...[299, 300].map((youngSeconds) => ({
    it: `the same, ${youngSeconds} s old`,
    given: { services: of({ class: 'example.com/lb' }).map((it) => ({ ...it, youngSeconds })) },
    expect: [{ subject: cart, severity: youngSeconds < 300 ? ('info' as const) : ('warning' as const) }],
  })),
  {
    it: 'it names a class, and has an address',
    given: { services: of({ class: 'example.com/lb', addresses: ['203.0.113.7'] }) },
    expect: 'ok',
  },
  {
    it: 'mixed protocols are refused',
    given: { services: of({ addresses: ['203.0.113.7'], problem: 'mixed protocol is not supported' }) },
    expect: [{ subject: cart, severity: 'warning', args: { case: 'ports' } }],
  },
  {
    it: 'an address, and a failure of before',
    given: { services: of({ addresses: ['203.0.113.7'] }), events: [event('SyncLoadBalancerFailed')] },
    expect: 'ok',
  },
  {
    it: 'another event',
    given: { services: of({}), events: [event('FailedToUpdateEndpoint')] },
    expect: [{ subject: cart, severity: 'info' }],
  },
  {
    it: 'the pods by which k3s takes its ports wait for ports that another has',
    given: {
      services: of({}),
      pods: [front('cart', { node: null, ip: null, ready: false, scheduling }), front('web')],
    },
    expect: [
      {
        subject: cart,
        severity: 'error',
        confidence: 'inferred',
        args: { taken: [80] },
        says: /: port 80 of the nodes is taken by DaemonSet kube-system\/svclb-web; its pods wait for a node: “0/,
      },
    ],
  },
  {
    it: 'they wait for something else',
    given: {
      services: of({}),
      pods: [
        front('cart', { node: null, ip: null, ready: false, scheduling: '0/3: untolerated taint.' }),
        front('web'),
      ],
    },
    expect: [{ subject: cart, severity: 'warning', confidence: 'inferred', says: /address: its pods wait for a node/ }],
  },
  {
    it: 'one of them has its node',
    given: {
      services: of({}),
      pods: [front('cart', { node: null, ip: null, ready: false, scheduling }), front('cart')],
    },
    expect: [{ subject: cart, severity: 'info' }],
  },
  { it: 'another type', given: { services: [service('cart')] }, expect: 'not-applicable' },
  {
    it: 'a recording of before',
    given: { services: [service('cart', { type: 'LoadBalancer' })] },
    expect: 'not-applicable',
  },
  {
    it: 'Services forbidden',
    given: modelOf({}, { services: unknown('forbidden', 'list services in shop') }),
    expect: 'cannot-tell',
  },
])
