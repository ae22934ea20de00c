import { container, pod } from '../../../test/build/pod.ts'
import {
  egressPolicy,
  ingressPolicy,
  labels,
  namespace,
  namespaceNamed,
  onPort,
  rule,
} from '../../../test/build/policy.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { NetworkPolicy } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import check from './kept-from-control-plane.ts'

const proxied = (ready: boolean, proxy = 'istio-proxy'): Pod =>
  pod('web-1', {
    ip: '10.2.1.1',
    ready,
    notReadyReason: ready ? null : `containers with unready status: [${proxy}]`,
    containers: [container(), container({ name: proxy, ports: [], ready })],
  })
const istiod = pod('istiod-1', {
  namespace: 'istio-system',
  ip: '10.2.1.7',
  labels: { app: 'istiod', istio: 'pilot' },
  containers: [container({ name: 'discovery', ports: [{ name: 'tls-xds', port: 15_012, protocol: 'TCP' }] })],
})
const dnsAlone = egressPolicy('out', [rule([namespaceNamed('kube-system')], [onPort(53, 'UDP')])])
const given = (policies: readonly NetworkPolicy[], pods: readonly Pod[] = [proxied(false), istiod]) => ({
  networkPolicies: policies,
  pods,
  namespaces: [namespace('shop'), namespace('istio-system')],
  otherPolicies: [],
})

describeCheck(check, [
  {
    it: 'nothing lets it out to istiod, and the proxy waits',
    given: given([dnsAlone]),
    expect: [
      {
        subject: 'NetworkPolicy/shop/out',
        severity: 'error',
        confidence: 'inferred',
        args: { plane: 'istiod', port: 15_012, waiting: 1, direction: 'Egress', seen: true },
      },
    ],
  },
  {
    it: 'the proxy has what it needs, from before',
    given: given([dnsAlone], [proxied(true), istiod]),
    expect: [{ subject: 'NetworkPolicy/shop/out', severity: 'warning' }],
  },
  {
    it: 'istiod lets nobody in',
    given: given([ingressPolicy('pilot', [], { namespace: 'istio-system', podSelector: labels({ app: 'istiod' }) })]),
    expect: [{ subject: 'NetworkPolicy/istio-system/pilot', args: { direction: 'Ingress' } }],
  },
  {
    it: 'the pods of istiod were not listed',
    given: given([dnsAlone], [proxied(false)]),
    expect: [{ subject: 'NetworkPolicy/shop/out', confidence: 'possible' }],
  },
  {
    it: 'nor that, and the proxy is ready',
    given: given([dnsAlone], [proxied(true)]),
    expect: 'cannot-tell',
  },
  {
    it: "Linkerd's, from its identity and its destination",
    given: given([dnsAlone], [proxied(false, 'linkerd-proxy')]),
    expect: [
      { subject: 'NetworkPolicy/shop/out', args: { plane: 'linkerd-identity', port: 8080 } },
      { subject: 'NetworkPolicy/shop/out', args: { plane: 'linkerd-destination', port: 8086 } },
    ],
  },
  {
    it: 'it is let out there',
    given: given([dnsAlone, egressPolicy('mesh', [rule([namespaceNamed('istio-system')], [onPort(15_012)])])]),
    expect: 'ok',
  },
  { it: 'no proxy', given: given([dnsAlone], [pod('web-1'), istiod]), expect: 'not-applicable' },
  { it: 'no policy', given: given([]), expect: 'not-applicable' },
  {
    it: 'Cilium decides as well',
    given: {
      ...given([dnsAlone]),
      otherPolicies: [{ kind: 'CiliumNetworkPolicy' as const, namespace: 'shop', name: 'mesh' }],
    },
    expect: 'cannot-tell',
  },
  {
    it: 'NetworkPolicies forbidden',
    given: modelOf({ pods: [] }, { networkPolicies: unknown('forbidden', 'list networkpolicies') }),
    expect: 'cannot-tell',
  },
])
