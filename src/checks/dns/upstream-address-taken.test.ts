import * as F from '../../../test/build/dns-faults.ts'
import { pod } from '../../../test/build/pod.ts'
import { service, slice } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { clusterDns } from '../../../test/build/dns.ts'
import { known, unknown } from '../../model/known.ts'
import check from './upstream-address-taken.ts'

const dns = clusterDns({
  corefile: known('.:53 {\n kubernetes cluster.local\n forward . 198.18.0.53 tls://9.9.9.9\n}\n'),
})
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
    expect: 'ok',
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
    it: 'a file names the upstream',
    given: {
      clusterDns: clusterDns({ corefile: known('.:53 {\n forward . /etc/resolv.conf\n}\n') }),
      services: [edge('198.18.0.53')],
    },
    expect: 'not-applicable',
  },
  {
    it: 'the Corefile was not read',
    given: modelOf({ clusterDns: clusterDns({ corefile: unknown('forbidden', 'get configmaps') }), services: [] }),
    expect: 'cannot-tell',
  },
])
