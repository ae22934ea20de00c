import * as F from '../../../test/build/dns-faults.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import { node } from '../../../test/build/node.ts'
import { pod } from '../../../test/build/pod.ts'
import { port, service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { known, unknown } from '../../model/known.ts'
import type { ServicePort } from '../../model/service.ts'
import check from './forwards-to-shut-service.ts'

const stub = (to: string, block = '') =>
  clusterDns({
    corefile: known(
      `.:53 {\n kubernetes cluster.local\n forward . 192.0.2.53\n}\nconsul:53 {\n forward . ${to} ${block}\n}\n`,
    ),
  })
const root = (to: string) => clusterDns({ corefile: known(`.:53 {\n kubernetes cluster.local\n forward . ${to}\n}\n`) })
const dnsPort = (about: Partial<ServicePort> = {}) => port({ name: 'dns', port: 53, protocol: 'UDP', ...about })
const consul = (ports: readonly ServicePort[]) => service('consul-dns', { clusterIP: '10.96.30.53', ports })
const full = [slice('consul-dns', [pod('consul-0', { ip: '10.2.1.9' })])]
const at = { subject: 'ConfigMap/kube-system/coredns' } as const

describeCheck(check, [
  {
    it: 'the Service offers another port',
    given: {
      clusterDns: stub('10.96.30.53'),
      services: [consul([dnsPort({ port: 8600 })])],
      endpointSlices: full,
      nodes: [node('worker-1')],
    },
    expect: [
      {
        ...at,
        severity: 'error',
        confidence: 'inferred',
        args: { is: 'no-port', zones: ['consul'], offers: ['8600/UDP'] },
      },
    ],
  },
  {
    it: 'the same, in another namespace than the one in scope',
    given: {
      clusterDns: {
        ...stub('10.96.30.53'),
        forwardedTo: known({ services: [{ ...consul([dnsPort({ port: 8600 })]), namespace: 'data' }], slices: full }),
      },
      services: [],
      endpointSlices: [],
    },
    scope: { namespace: 'shop' },
    expect: [{ ...at, severity: 'error', args: { is: 'no-port', service: 'data/consul-dns' } }],
  },
  {
    it: 'a Service of another namespace that takes it, and one that nothing stands behind',
    given: {
      clusterDns: {
        ...stub('10.96.30.53 10.96.30.54'),
        forwardedTo: known({
          services: [
            { ...consul([dnsPort()]), namespace: 'data' },
            service('empty', { namespace: 'data', clusterIP: '10.96.30.54', ports: [dnsPort()] }),
          ],
          slices: [slice('consul-dns', [pod('consul-0', { ip: '10.2.1.9' })], { namespace: 'data' })],
        }),
      },
      services: [],
      endpointSlices: [],
    },
    scope: { namespace: 'shop' },
    expect: [{ ...at, severity: 'warning', args: { is: 'no-endpoint', service: 'data/empty', bad: 1, of: 2 } }],
  },
  {
    it: 'in another namespace, and Services of others may not be read',
    given: {
      clusterDns: { ...stub('10.96.30.53'), forwardedTo: unknown('forbidden', 'list services') },
      services: [],
      endpointSlices: [],
    },
    scope: { namespace: 'shop' },
    expect: 'cannot-tell',
  },
  {
    it: 'the port is named, and offered',
    given: {
      clusterDns: stub('10.96.30.53:8600'),
      services: [consul([dnsPort({ port: 8600 })])],
      endpointSlices: full,
    },
    expect: 'ok',
  },
  {
    it: 'port 53 over TCP alone',
    given: {
      clusterDns: stub('10.96.30.53'),
      services: [consul([dnsPort({ protocol: 'TCP' })])],
      endpointSlices: full,
    },
    expect: [{ ...at, args: { is: 'no-port', protocol: 'UDP' } }],
  },
  {
    it: 'port 53 over TCP alone, and so it is asked',
    given: {
      clusterDns: stub('10.96.30.53', '{\n force_tcp\n }'),
      services: [consul([dnsPort({ protocol: 'TCP' })])],
      endpointSlices: full,
    },
    expect: 'ok',
  },
  {
    it: 'over TLS',
    given: {
      clusterDns: stub('tls://10.96.30.53'),
      services: [consul([dnsPort({ port: 853, protocol: 'TCP' })])],
      endpointSlices: full,
    },
    expect: 'ok',
  },
  {
    it: 'nobody is behind it',
    given: {
      clusterDns: stub('10.96.30.53'),
      services: [consul([dnsPort()])],
      endpointSlices: [slice('consul-dns', [])],
    },
    expect: [{ ...at, severity: 'error', args: { is: 'no-endpoint', service: 'shop/consul-dns' } }],
  },
  {
    it: 'somebody is behind it',
    given: { clusterDns: stub('10.96.30.53'), services: [consul([dnsPort()])], endpointSlices: full },
    expect: 'ok',
  },
  {
    it: 'its slices were not read',
    given: modelOf(
      { clusterDns: stub('10.96.30.53'), services: [consul([dnsPort()])] },
      { endpointSlices: unknown('forbidden', 'list endpointslices') },
    ),
    expect: 'ok',
  },
  {
    it: 'one of two servers',
    given: {
      clusterDns: stub('10.96.30.53 192.0.2.54'),
      services: [consul([dnsPort({ port: 8600 })])],
      endpointSlices: full,
    },
    expect: [{ ...at, severity: 'warning', args: { bad: 1, of: 2 } }],
  },
  {
    it: 'all names outside',
    given: { clusterDns: root('10.96.30.53'), services: [consul([dnsPort({ port: 8600 })])], endpointSlices: full },
    expect: [{ ...at, severity: 'error', args: { zones: [''] }, says: 'names outside the cluster' }],
  },
  {
    it: 'all names outside, and they are answered',
    given: {
      ...F.cluster(),
      clusterDns: root('10.96.30.53'),
      services: [consul([dnsPort({ port: 8600 })])],
      endpointSlices: full,
    },
    expect: 'ok',
  },
  {
    it: 'no Service has it',
    given: { clusterDns: stub('10.96.30.53'), services: [], endpointSlices: [], nodes: [node('worker-1')] },
    expect: [{ ...at, severity: 'warning', confidence: 'possible', args: { is: 'no-service' } }],
  },
  {
    it: 'no Service has it, and nodes are in that range as well',
    given: {
      clusterDns: stub('10.96.30.53'),
      services: [],
      endpointSlices: [],
      nodes: [node('worker-1', { ip: '10.96.1.1' })],
    },
    expect: 'not-applicable',
  },
  {
    it: 'one namespace was read, and the Service may be of another',
    given: { clusterDns: stub('10.96.30.53'), services: [], endpointSlices: [], nodes: [node('worker-1')] },
    scope: { namespace: 'shop' },
    expect: 'cannot-tell',
    says: /10\.96\.30\.53, which looks like a Service's address.*-A/,
  },
  {
    it: 'a server outside',
    given: { clusterDns: stub('192.0.2.54'), services: [], endpointSlices: [], nodes: [node('worker-1')] },
    expect: 'not-applicable',
  },
  {
    it: 'a block at a port that no pod asks',
    given: {
      clusterDns: clusterDns({
        corefile: known('.:53 {\n forward . 192.0.2.53\n}\nconsul:5353 {\n forward . 10.96.30.53\n}\n'),
      }),
      services: [consul([dnsPort({ port: 8600 })])],
      endpointSlices: full,
    },
    expect: 'not-applicable',
  },
  {
    it: 'the DNS Service itself is no matter of this one',
    given: { clusterDns: stub('10.96.0.10'), services: [], endpointSlices: [] },
    expect: 'ok',
  },
  {
    it: 'the Corefile was not read',
    given: { clusterDns: clusterDns({ corefile: unknown('forbidden', 'get configmaps') }), services: [] },
    expect: 'cannot-tell',
  },
])
