import { contacts } from '../../../test/build/contacts.ts'
import { controller, ingress } from '../../../test/build/ingress.ts'
import { node } from '../../../test/build/node.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { ingressPolicy, labels, onPort, peer, rule } from '../../../test/build/policy.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { PolicyPeer, PolicyRule } from '../../model/network-policy.ts'
import type { Outside } from '../../model/outside.ts'
import type { Pod } from '../../model/pod.ts'
import type { LoadBalancer, Service } from '../../model/service.ts'
import { subject as subjectOf } from '../../model/subject.ts'
import check from './keeps-outside.ts'

const web = pod('web-1', { ip: '10.2.1.5' })
const block = (cidr: string): PolicyPeer => peer({ ipBlock: { cidr, except: [] } })
const ownAlone = rule([peer({ podSelector: labels() })])
const anywhere = rule([peer({ namespaceSelector: labels() })])
const balancer: LoadBalancer = { addresses: ['203.0.113.5'], class: null, problem: null }
const given = (ingressRules: readonly PolicyRule[], about: Partial<Service> = {}, pods: readonly Pod[] = [web]) => ({
  networkPolicies: [ingressPolicy('web', ingressRules, { podSelector: labels({ app: 'web' }) })],
  services: [service('web', { type: 'LoadBalancer', loadBalancer: balancer, ...about })],
  pods,
  nodes: [node('worker-1', { ip: '192.168.0.11', podCidrs: ['10.2.1.0/24'], proxy: 'ready' })],
  ingresses: [],
  ingressControllers: [],
  otherPolicies: [],
})
const outside = (error: string | null): Outside => ({
  lookupError: null,
  answers: [
    {
      by: 'dns',
      ip: '203.0.113.5',
      port: 443,
      host: 'web.example.com',
      path: '/',
      status: error === null ? 200 : null,
      error,
      ms: 9,
    },
  ],
})
const subject = 'NetworkPolicy/shop/web'
const local = { externalTrafficPolicy: 'Local' } as const

describeCheck(check, [
  {
    it: 'the own namespace alone, and the address of the client is seen',
    given: given([ownAlone], local),
    expect: [{ subject, severity: 'error', confidence: 'inferred', says: /no address there is a pod/ }],
  },
  {
    it: 'the address of a node is seen',
    given: given([anywhere]),
    expect: [{ subject, severity: 'warning', confidence: 'possible', args: { comes: 'node', ports: ['TCP 8080'] } }],
  },
  { it: 'nobody at all', given: given([], local), expect: [{ subject, severity: 'error' }] },
  { it: 'the range of pods is no client', given: given([rule([block('10.2.0.0/16')])], local), expect: [{ subject }] },
  {
    it: 'a load balancer that sends to pods itself',
    given: given([ownAlone], { loadBalancer: { ...balancer, sendsTo: 'pods' } }),
    expect: [{ subject, severity: 'error', confidence: 'inferred' }],
  },
  {
    it: 'a rule for outside is for another port',
    given: given([ownAlone, rule([], [onPort(9090)])], local),
    expect: [{ subject }],
  },
  {
    it: 'node ports',
    given: given([ownAlone], { type: 'NodePort' }),
    expect: [{ subject, severity: 'warning', confidence: 'possible' }],
  },
  {
    it: 'a node port by habit: an Ingress leads to it',
    given: { ...given([ownAlone], { type: 'NodePort' }), ingresses: [ingress([['/', 'web', 80]])] },
    expect: [{ subject, severity: 'info' }],
  },
  {
    it: 'host ports of a controller',
    given: {
      ...given([ownAlone], { type: 'ClusterIP' }, [
        pod('web-1', {
          containers: [container({ ports: [{ name: 'http', port: 80, protocol: 'TCP', hostPort: 80 }] })],
        }),
      ]),
      ingressControllers: [controller({ namespace: 'shop', pod: 'web-1' })],
    },
    expect: [{ subject, severity: 'error', args: { comes: 'host-port' } }],
  },
  {
    it: 'asked from outside, it was silent',
    given: modelOf(
      { ...given([ownAlone]), ingresses: [ingress([['/', 'web', 80]])], outside: outside('no connection within 5 s') },
      {},
      {
        target: { kind: 'object', object: subjectOf('Ingress', 'shop', 'web'), url: 'https://web.example.com/' },
      },
    ),
    expect: [{ subject, severity: 'error', args: { isSilent: true } }],
  },
  {
    it: 'asked from outside, it answered',
    given: { ...given([ownAlone], local), outside: outside(null) },
    expect: 'ok',
  },
  {
    it: 'a node port opened',
    given: {
      ...given([ownAlone], { type: 'NodePort' }),
      contacts: {
        ...contacts([]),
        nodePorts: [
          {
            node: 'worker-1',
            service: { namespace: 'shop', name: 'web', port: 80 },
            at: { node: 'worker-2', ip: '192.168.0.12' },
            port: 30080,
            tries: [{ result: 'open', ms: 1 }],
          },
        ],
      },
    },
    expect: 'ok',
  },
  { it: 'everybody on the port', given: given([ownAlone, rule([], [onPort(8080)])], local), expect: 'ok' },
  { it: 'by the name of the port', given: given([ownAlone, rule([], [onPort('http')])], local), expect: 'ok' },
  { it: 'a block for outside', given: given([rule([block('198.51.100.0/24')])], local), expect: 'ok' },
  { it: 'all private addresses', given: given([rule([block('10.0.0.0/8')])], local), expect: 'ok' },
  {
    it: 'one port of two is for outside',
    given: given([ownAlone, rule([], [onPort(8443)])], {
      ...local,
      ports: [port(), port({ name: 'https', port: 443, targetPort: 8443 })],
    }),
    expect: 'ok',
  },
  {
    it: 'another policy lets everybody in',
    given: {
      ...given([ownAlone], local),
      networkPolicies: [...given([ownAlone]).networkPolicies, ingressPolicy('open', [rule()])],
    },
    expect: 'ok',
  },
  {
    it: 'a policy of another kind may let it in',
    given: {
      ...given([ownAlone], local),
      otherPolicies: [{ kind: 'CiliumNetworkPolicy', namespace: 'shop', name: 'web' }],
    },
    expect: 'cannot-tell',
  },
  {
    it: 'on the host network policies are left to the CNI',
    given: given([ownAlone], local, [pod('web-1', { hostNetwork: true })]),
    expect: 'ok',
  },
  { it: 'inside only', given: given([ownAlone], { type: 'ClusterIP' }), expect: 'not-applicable' },
  {
    it: "a proxy's pod stands before it: Tailscale",
    given: given([ownAlone], { loadBalancer: { ...balancer, class: 'tailscale' } }),
    expect: 'not-applicable',
  },
  {
    it: 'pods of k3s stand before it',
    given: given([ownAlone], {}, [
      web,
      pod('svclb-web-1', { namespace: 'kube-system', labels: { 'svccontroller.k8s.io/svcname': 'web' } }),
    ]),
    expect: 'not-applicable',
  },
  { it: 'no policy', given: { ...given([]), networkPolicies: [] }, expect: 'not-applicable' },
  {
    it: 'policies forbidden',
    given: modelOf(given([ownAlone]), { networkPolicies: unknown('forbidden', 'list networkpolicies') }),
    expect: 'cannot-tell',
  },
])
