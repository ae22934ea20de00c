import { controller } from '../../../test/build/ingress.ts'
import { node } from '../../../test/build/node.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import check from './no-eligible-node.ts'

const balanced = (about: Partial<Service> = {}): Service =>
  service('cart', {
    type: 'LoadBalancer',
    loadBalancer: { addresses: ['203.0.113.7'], class: null, problem: null },
    ...about,
  })
const excluded = (name: string) =>
  node(name, { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': '' } })
const on = (name: string) => [slice('cart', [pod('cart-1', { node: name })])]

const controllerBehind = (localOn: readonly string[] | undefined) =>
  controller({
    fronts: [
      {
        namespace: 'ingress-nginx',
        name: 'front',
        type: 'LoadBalancer',
        addresses: ['203.0.113.7'],
        ports: [],
        wants: [],
        ready: 1,
        ...(localOn === undefined ? {} : { localOn }),
      },
    ],
  })

const behind = (localOn: readonly string[] | undefined) => ({
  services: [service('web')],
  nodes: [excluded('cp'), node('worker')],
  endpointSlices: [],
  ingressControllers: [controllerBehind(localOn)],
})

const speaker = (...args: readonly string[]) =>
  pod('speaker-1', {
    namespace: 'metallb-system',
    labels: { app: 'metallb', component: 'speaker' },
    containers: [container({ args })],
  })
const labelled = (...pods: readonly Pod[]) => ({
  services: [balanced()],
  nodes: [excluded('cp-1'), excluded('cp-2')],
  endpointSlices: on('cp-1'),
  pods,
})
const left = { subject: 'Service/shop/cart' } as const

describeCheck(check, [
  { it: "MetalLB's speakers heed the label", given: labelled(speaker()), expect: [{ ...left, severity: 'error' }] },
  { it: 'unless a flag says otherwise', given: labelled(speaker('--ignore-exclude-lb=true')), expect: 'ok' },
  { it: 'a flag by itself is true', given: labelled(speaker('--ignore-exclude-lb')), expect: 'ok' },
  {
    it: 'the flag says no',
    given: labelled(speaker('--ignore-exclude-lb=false')),
    expect: [{ ...left, severity: 'error' }],
  },
  {
    it: 'kube-vip heeds none',
    given: labelled(pod('kube-vip-1', { containers: [container({ image: 'ghcr.io/kube-vip/kube-vip:v0.8.0' })] })),
    expect: [{ ...left, severity: 'warning' }],
  },
  {
    it: 'nodes that are not ready bear no label to take off',
    given: {
      services: [balanced()],
      nodes: [node('a', { ready: 'False' }), node('b', { ready: 'False' })],
      endpointSlices: on('a'),
    },
    expect: [{ ...left, args: { whys: ['not ready'] } }],
  },
  {
    it: 'every node bears the label: a cluster of one control plane node',
    given: { services: [balanced()], nodes: [excluded('cp')], endpointSlices: on('cp') },
    expect: [
      { subject: 'Service/shop/cart', severity: 'warning', confidence: 'inferred', args: { local: false, of: 1 } },
    ],
  },
  {
    it: 'the Service of the ingress controller, in another namespace, keeps to a node that is left out',
    given: behind(['cp']),
    expect: [{ subject: 'Service/ingress-nginx/front', severity: 'error', args: { local: true, nodes: ['cp'] } }],
  },
  { it: 'that Service, with a pod on another node', given: behind(['cp', 'worker']), expect: 'ok' },
  { it: 'that Service, without a ready address', given: behind([]), expect: 'ok' },
  { it: 'that Service, which each node forwards to', given: behind(undefined), expect: 'ok' },
  {
    it: 'that Service, which is in scope and told by itself',
    given: { ...behind(['cp']), services: [balanced({ namespace: 'ingress-nginx', name: 'front' })] },
    expect: 'ok',
  },
  {
    it: 'left out for three reasons',
    given: {
      services: [balanced()],
      nodes: [
        excluded('cp'),
        node('old', { taints: [{ key: 'ToBeDeletedByClusterAutoscaler', value: '1', effect: 'NoSchedule' }] }),
        node('down', { ready: 'Unknown' }),
      ],
      endpointSlices: on('cp'),
    },
    expect: [{ subject: 'Service/shop/cart', args: { nodes: ['cp', 'old', 'down'] } }],
  },
  {
    it: 'Local, and the only pod on a node that is left out',
    given: {
      services: [balanced({ externalTrafficPolicy: 'Local' })],
      nodes: [excluded('cp'), node('worker')],
      endpointSlices: on('cp'),
    },
    expect: [{ subject: 'Service/shop/cart', severity: 'error', args: { local: true, nodes: ['cp'] } }],
  },
  {
    it: 'the same, and it has no address by which anybody comes',
    given: {
      services: [
        balanced({
          externalTrafficPolicy: 'Local',
          loadBalancer: { addresses: [], class: null, problem: null },
        }),
      ],
      nodes: [excluded('cp'), node('worker')],
      endpointSlices: on('cp'),
    },
    expect: [{ subject: 'Service/shop/cart', severity: 'warning' }],
  },
  {
    it: 'the same, with k3s, whose load balancer heeds no label',
    given: {
      services: [balanced({ externalTrafficPolicy: 'Local' })],
      nodes: [excluded('cp'), node('worker', { kubelet: 'v1.33.1+k3s1' })],
      endpointSlices: on('cp'),
    },
    expect: [{ subject: 'Service/shop/cart', severity: 'warning' }],
  },
  {
    it: 'Local, and a pod on a node that takes traffic',
    given: {
      services: [balanced({ externalTrafficPolicy: 'Local' })],
      nodes: [excluded('cp'), node('worker')],
      endpointSlices: on('worker'),
    },
    expect: 'ok',
  },
  {
    it: 'Local, and no endpoint at all: not for this reason',
    given: { services: [balanced({ externalTrafficPolicy: 'Local' })], nodes: [excluded('cp')], endpointSlices: [] },
    expect: 'ok',
  },
  {
    it: 'one node left out of two',
    given: { services: [balanced()], nodes: [excluded('cp'), node('worker')], endpointSlices: on('cp') },
    expect: 'ok',
  },
  {
    it: 'no node left out',
    given: { services: [balanced()], nodes: [node('worker')], endpointSlices: [] },
    expect: 'ok',
  },
  {
    it: 'no load balancer',
    given: { services: [service('cart')], nodes: [], endpointSlices: [] },
    expect: 'not-applicable',
  },
  {
    it: 'nodes forbidden',
    given: modelOf({ services: [balanced()] }, { nodes: unknown('forbidden', 'list nodes') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
