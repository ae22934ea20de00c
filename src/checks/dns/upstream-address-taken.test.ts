import * as F from '../../../test/build/dns-faults.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { clusterDns, insideView } from '../../../test/build/dns.ts'
import { known, unknown } from '../../model/known.ts'
import check from './upstream-address-taken.ts'

const dns = clusterDns({
  corefile: known('.:53 {\n kubernetes cluster.local\n forward . 198.18.0.53 tls://9.9.9.9\n}\n'),
})
const byFile = clusterDns({ corefile: known('.:53 {\n kubernetes cluster.local\n forward . /etc/resolv.conf\n}\n') })
const counting = (to: string) => [
  {
    pod: 'coredns-0',
    ip: '10.2.0.2',
    windowMs: 20_000,
    cpuSeconds: 1,
    requests: 900,
    responses: { NOERROR: 500 },
    slowShare: 0,
    forwardFailures: 0,
    upstreams: [{ to, sent: 40, answers: {}, seconds: 0 }],
  },
]
const edge = (ip: string, port = 53) =>
  service('edge', {
    externalIPs: [ip],
    ports: [{ name: 'dns', port, protocol: 'UDP', targetPort: 5353, nodePort: null }],
  })
const empty = slice('edge', [])
const full = slice('edge', [pod('edge-1', { ip: '10.2.1.9' })])
const at = { subject: 'Service/shop/edge', severity: 'error' } as const

describeCheck(check, [
  {
    it: 'it takes the address, and has nobody: every query to the upstream is rejected',
    given: { clusterDns: dns, services: [edge('198.18.0.53')], endpointSlices: [empty] },
    expect: [{ ...at, confidence: 'inferred', args: { ip: '198.18.0.53', ready: 0, by: 'spec.externalIPs' } }],
  },
  {
    it: 'by a load balancer, and of an upstream over TLS',
    given: {
      clusterDns: dns,
      services: [
        service('edge', {
          type: 'LoadBalancer',
          loadBalancer: { addresses: ['9.9.9.9'], class: null, problem: null },
          ports: [{ name: null, port: 853, protocol: 'TCP', targetPort: 853, nodePort: null }],
        }),
      ],
      endpointSlices: [empty],
    },
    expect: [{ ...at, args: { by: 'load balancer', port: 853 } }],
  },
  {
    it: 'it has nobody, and names outside are answered all the same: something else carries Services',
    given: { ...F.cluster(), clusterDns: dns, services: [edge('198.18.0.53')], endpointSlices: [empty] },
    expect: 'ok',
  },
  {
    it: 'with endpoints it may be the upstream itself',
    given: { clusterDns: dns, services: [edge('198.18.0.53')], endpointSlices: [full] },
    expect: [{ subject: at.subject, severity: 'info', confidence: 'possible' }],
  },
  {
    it: 'another port of the address',
    given: { clusterDns: dns, services: [edge('198.18.0.53', 5353)], endpointSlices: [empty] },
    expect: 'ok',
  },
  {
    it: 'another address',
    given: { clusterDns: dns, services: [edge('198.18.0.54')], endpointSlices: [empty] },
    expect: 'ok',
  },
  {
    it: 'a file names the upstream, and nobody read it: it may be that address',
    given: { clusterDns: byFile, services: [edge('198.18.0.53')], endpointSlices: [empty] },
    expect: 'cannot-tell',
    says: /Service shop\/edge takes 198\.18\.0\.53:53 .* --probe/,
  },
  {
    it: 'a file names the upstream, and names outside are answered',
    given: { ...F.cluster(), clusterDns: byFile, services: [edge('198.18.0.53')], endpointSlices: [empty] },
    expect: 'ok',
  },
  {
    it: 'a file names the upstream, and the Service has endpoints',
    given: { clusterDns: byFile, services: [edge('198.18.0.53')], endpointSlices: [full] },
    expect: 'ok',
  },
  {
    it: 'a file names the upstream, and no Service takes a port of DNS',
    given: { clusterDns: byFile, services: [edge('198.18.0.53', 8443)], endpointSlices: [empty] },
    expect: 'ok',
  },
  {
    it: "a file names it, and CoreDNS's metrics tell the address",
    given: {
      clusterDns: byFile,
      services: [edge('198.18.0.53')],
      endpointSlices: [empty],
      coreDnsWindows: counting('198.18.0.53:53'),
    },
    expect: [{ ...at, args: { from: 'metrics' } }],
  },
  {
    it: 'the metrics tell another address',
    given: {
      clusterDns: byFile,
      services: [edge('198.18.0.53')],
      endpointSlices: [empty],
      coreDnsWindows: counting('198.18.0.54:53'),
    },
    expect: 'ok',
  },
  {
    it: "a file names it, and CoreDNS's log tells the address",
    given: {
      clusterDns: byFile,
      services: [edge('198.18.0.53')],
      endpointSlices: [empty],
      dnsServerLogs: [
        {
          pod: 'coredns-0',
          container: 'coredns',
          run: 'now',
          lines: 9,
          signs: [{ kind: 'io-timeout', times: 3, said: 'read udp 10.2.0.7:4711->198.18.0.53:53: i/o timeout' }],
        },
      ],
    },
    expect: [{ ...at, args: { from: 'log' } }],
  },
  ...(
    [
      [{ dnsPolicy: 'Default' }, 'finding'],
      [{ hostNetwork: true }, 'finding'],
      [{ dnsPolicy: 'Default', resolvConfMount: { kind: 'ConfigMap', name: 'own' } }, 'cannot-tell'],
      [{}, 'cannot-tell'],
    ] as const
  ).map(([about, found]) => ({
    it: `a pod has it in its resolv.conf: ${JSON.stringify(about)}`,
    given: {
      clusterDns: byFile,
      services: [edge('198.18.0.53')],
      endpointSlices: [empty],
      pods: [pod('web-1', about)],
      insideViews: [insideView('web-1', { resolvConf: known('nameserver 198.18.0.53\n') })],
    },
    expect: found === 'finding' ? [{ ...at, args: { from: 'resolv-conf' } }] : ('cannot-tell' as const),
  })),
  {
    it: 'a kubelet asks it for the name of a registry',
    given: {
      clusterDns: byFile,
      services: [edge('198.18.0.53')],
      endpointSlices: [empty],
      pods: [
        pod('web-1', {
          containers: [
            container({
              pullLookup: { name: 'registry.example', server: '198.18.0.53:53', how: 'connection refused' },
            }),
          ],
        }),
      ],
    },
    expect: [{ ...at, args: { from: 'kubelet' } }],
  },
  {
    it: 'the Service is of another namespace than the one in scope',
    given: {
      clusterDns: {
        ...dns,
        elsewhere: known({ services: [], claiming: [edge('198.18.0.53')], slices: [empty] }),
      },
      services: [],
      endpointSlices: [],
    },
    scope: { namespace: 'other', target: { kind: 'dns' } },
    expect: [{ ...at, args: { from: 'corefile', ready: 0 } }],
  },
  ...[
    { elsewhere: known({ services: [], claiming: [], claimingLeft: 1, slices: [] }), says: /1 more Services of other/ },
    { elsewhere: unknown('forbidden', 'list services'), says: /of other namespaces were not read: list services/ },
  ].map(({ elsewhere, says }) => ({
    it: `whether one of another namespace does so was not seen: ${says.source}`,
    given: { clusterDns: { ...dns, elsewhere }, services: [], endpointSlices: [] },
    scope: { namespace: 'other', target: { kind: 'dns' as const } },
    expect: 'cannot-tell' as const,
    says,
  })),
  {
    it: 'CoreDNS forwards to nobody',
    given: { clusterDns: clusterDns({ corefile: known('.:53 {\n kubernetes cluster.local\n}\n') }), services: [] },
    expect: 'not-applicable',
  },
  {
    it: 'the Corefile was not read',
    given: modelOf({ clusterDns: clusterDns({ corefile: unknown('forbidden', 'get configmaps') }), services: [] }),
    expect: 'cannot-tell',
  },
])
