import { clusterDns, insideView } from '../../../test/build/dns.ts'
import { ingress } from '../../../test/build/ingress.ts'
import { node } from '../../../test/build/node.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { egressPolicy, labels, namespace, namespaceNamed, onPort, peer, rule } from '../../../test/build/policy.ts'
import { port, service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import type { PodSockets } from '../../model/inside.ts'
import type { PolicyPeer, PolicyRule } from '../../model/network-policy.ts'
import type { Call, Container } from '../../model/pod.ts'
import check from './keeps-from-outside.ts'

const subject = 'NetworkPolicy/shop/out'
const block = (cidr: string, except: readonly string[] = []): PolicyPeer => peer({ ipBlock: { cidr, except } })
const old = rule([block('10.10.0.0/16')], [onPort(5432)])
const dns = rule([namespaceNamed('kube-system')], [onPort(53, 'UDP')])
const pods = rule([peer({ namespaceSelector: labels() })])

const web = (about: Partial<Container>) => pod('web-1', { ip: '10.2.1.9', containers: [container(about)] })
const db = web({ addresses: [{ by: 'DATABASE_HOST', ip: '10.20.4.15', port: null }] })
const calls = (host: string, about: Partial<Call> = {}): Partial<Container> => ({
  calls: [{ by: 'STRIPE_URL', host, port: 443, scheme: 'https', ...about }],
})
const stripe = web(calls('api.stripe.com'))
const corefile = '.:53 {\n  kubernetes cluster.local in-addr.arpa\n  forward . /etc/resolv.conf\n}\n'
const given = (egress: readonly PolicyRule[], from = db) => ({
  networkPolicies: [egressPolicy('out', egress)],
  pods: [from],
  services: [service('cart')],
  endpointSlices: [],
  nodes: [node('worker-1', { ip: '192.168.0.11', podCidrs: ['10.2.1.0/24'] })],
  namespaces: [namespace('shop')],
  ingresses: [ingress([['/', 'web', 80]])],
  gatewayRoutes: [],
  otherPolicies: [],
  clusterDns: clusterDns({ corefile: known(corefile) }),
})
const rds = {
  services: [service('rds', { selector: null, ports: [port({ name: 'pg', port: 5432, targetPort: 5432 })] })],
  endpointSlices: [
    slice('rds', [], {
      ports: [{ name: 'pg', port: 5432, protocol: 'TCP' }],
      endpoints: [{ ip: '10.20.4.15', ready: true, serving: true, terminating: false, node: null, pod: null }],
    }),
  ],
}
const toRds = web(calls('rds', { by: 'DATABASE_HOST', port: 5432 }))
const sockets = (about: Partial<PodSockets>) => ({
  insideViews: [
    insideView('web-1', {
      sockets: known({ connecting: [], unacknowledged: [], unaccepted: [], ports: null, crowds: [], ...about }),
    }),
  ],
})

describeCheck(check, [
  {
    it: 'an address, and a block of the old network',
    given: given([dns, old]),
    expect: [{ subject, severity: 'warning', confidence: 'possible', args: { places: ['10.20.4.15'] } }],
  },
  {
    it: 'a Service with endpoints by hand',
    given: { ...given([dns, old], toRds), ...rds },
    expect: [{ subject, says: /10\.20\.4\.15:5432 \(Service shop\/rds\), which DATABASE_HOST tells it to call/ }],
  },
  {
    it: 'an ExternalName with an address',
    given: {
      ...given([old], toRds),
      services: [service('rds', { type: 'ExternalName', selector: null, externalName: '10.20.4.15', ports: [] })],
    },
    expect: [{ subject }],
  },
  {
    it: 'an ExternalName of a host',
    given: {
      ...given([pods], toRds),
      services: [service('rds', { type: 'ExternalName', selector: null, externalName: 'db.rds.aws.com', ports: [] })],
    },
    expect: [{ subject, args: { places: ['db.rds.aws.com:5432 (Service shop/rds)'] } }],
  },
  {
    it: 'the address is excepted',
    given: given([rule([block('10.0.0.0/8', ['10.20.0.0/16'])])]),
    expect: [{ subject }],
  },
  {
    it: 'a host, and all pods are let out to',
    given: given([pods], stripe),
    expect: [{ subject, confidence: 'possible', args: { isName: true } }],
  },
  { it: 'a host, and nothing is let out', given: given([], stripe), expect: [{ subject }] },
  {
    it: 'a host, and a block on another port',
    given: given([dns, rule([block('0.0.0.0/0')], [onPort(5432)])], stripe),
    expect: [{ subject }],
  },
  {
    it: 'connections there wait',
    given: {
      ...given([old]),
      ...sockets({ connecting: [{ ip: '10.20.4.15', port: 5432, sockets: 1, ms: 5000, reads: 2 }] }),
    },
    expect: [{ subject, confidence: 'observed' }],
  },
  {
    it: 'the proxy itself is out of reach',
    given: given(
      [pods],
      web({
        addresses: [{ by: 'HTTP_PROXY', ip: '10.20.0.3', port: 3128 }],
        proxy: { http: '10.20.0.3', https: '10.20.0.3', except: [] },
      }),
    ),
    expect: [{ subject }],
  },
  {
    it: 'connections there are open',
    given: { ...given([old]), ...sockets({ crowds: [{ ip: '10.20.4.15', port: 5432, sockets: 9 }] }) },
    expect: 'ok',
  },
  { it: 'a block of the network', given: given([rule([block('10.20.0.0/16')], [onPort(5432)])]), expect: 'ok' },
  { it: 'everywhere on the port', given: given([rule([], [onPort(443)])], stripe), expect: 'ok' },
  {
    it: 'a block for outside, whatever the host has',
    given: given([rule([block('3.0.0.0/8')])], stripe),
    expect: 'ok',
  },
  {
    it: 'another policy lets it out',
    given: { ...given([old]), networkPolicies: [egressPolicy('out', [old]), egressPolicy('all', [rule()])] },
    expect: 'ok',
  },
  {
    it: 'by a proxy',
    given: given([pods], web({ ...calls('api.stripe.com'), proxy: { http: 'proxy', https: 'proxy', except: [] } })),
    expect: 'cannot-tell',
  },
  {
    it: "a mesh's sidecar, which may go by an egress gateway",
    given: given(
      [pods],
      pod('web-1', { containers: [container(calls('api.stripe.com')), container({ name: 'istio-proxy' })] }),
    ),
    expect: 'cannot-tell',
  },
  {
    it: 'Cilium may let out to it by its name',
    given: {
      ...given([pods], stripe),
      otherPolicies: [{ kind: 'CiliumNetworkPolicy', namespace: 'shop', name: 'fqdns' }],
    },
    expect: 'cannot-tell',
  },
  {
    it: "a host of the cluster's own domain",
    given: given([pods], web(calls('shop.example.com'))),
    expect: 'cannot-tell',
  },
  {
    it: 'a page for people',
    given: given([pods], web(calls('docs.acme.com', { by: 'DOCS_URL' }))),
    expect: 'not-applicable',
  },
  {
    it: 'a name to be looked up alone: an issuer is nobody to call, and no call of the model',
    given: given([dns], web({})),
    expect: 'not-applicable',
  },
  {
    it: 'an address of a pod is no address outside',
    given: given([old], web({ addresses: [{ by: 'DB_HOST', ip: '10.2.1.77', port: 5432 }] })),
    expect: 'not-applicable',
  },
  { it: 'what comes in alone is limited', given: { ...given([]), networkPolicies: [] }, expect: 'not-applicable' },
  {
    it: 'policies forbidden',
    given: modelOf(given([old]), { networkPolicies: unknown('forbidden', 'list networkpolicies') }),
    expect: 'cannot-tell',
  },
])
