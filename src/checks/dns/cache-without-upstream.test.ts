import { clusterDns } from '../../../test/build/dns.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { port, service, slice } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { known, unknown } from '../../model/known.ts'
import type { Service } from '../../model/service.ts'
import check from './cache-without-upstream.ts'

const caches = ['worker-1', 'worker-2'].map((node, at) =>
  pod(`node-local-dns-${at}`, {
    namespace: 'kube-system',
    hostNetwork: true,
    node,
    containers: [container({ args: ['-localip', '169.254.20.10,10.96.0.10', '-upstreamsvc', 'kube-dns-upstream'] })],
  }),
)
const both = [port({ name: 'dns', port: 53, protocol: 'UDP' }), port({ name: 'dns-tcp', port: 53, protocol: 'TCP' })]
const upstream = (about: Partial<Service> = {}): Service =>
  service('kube-dns-upstream', {
    namespace: 'kube-system',
    clusterIP: '10.96.7.7',
    selector: { 'k8s-app': 'kube-dns' },
    ports: both,
    ...about,
  })
const filled = [slice('kube-dns-upstream', [pod('coredns-0', { ip: '10.2.0.2' })], { namespace: 'kube-system' })]
const empty = [slice('kube-dns-upstream', [], { namespace: 'kube-system' })]
const given = (
  { services = [upstream()], slices = filled }: { services?: readonly Service[]; slices?: typeof filled } = {},
  about: Partial<ClusterDns> = {},
) => ({
  clusterDns: clusterDns({
    nodeCaches: caches,
    cacheForwards: [
      { line: 10, zones: ['cluster.local'], to: ['__PILLAR__CLUSTER__DNS__'], isTcp: true },
      { line: 30, zones: [''], to: ['__PILLAR__UPSTREAM__SERVERS__'], isTcp: false },
    ],
    cacheBehind: known({ services, slices }),
    ...about,
  }),
})
const fixed = (to: readonly string[]) => ({
  cacheForwards: [{ line: 10, zones: ['cluster.local'], to, isTcp: false }],
})
const on = 'Service/kube-system/kube-dns-upstream'

describeCheck(check, [
  {
    it: 'it selects what no DNS server bears',
    given: given({ services: [upstream({ selector: { 'k8s-app': 'coredns' } })], slices: empty }),
    expect: [
      {
        subject: on,
        severity: 'error',
        confidence: 'inferred',
        args: { is: 'no-endpoint', selector: 'k8s-app=coredns', bears: 'k8s-app=kube-dns' },
        says: /has no ready endpoint, while DNS servers are ready/,
      },
    ],
  },
  { it: 'it leads to one', given: given(), expect: 'ok' },
  { it: 'it is not there', given: given({ services: [] }), expect: [{ subject: on, args: { is: 'no-service' } }] },
  {
    it: 'force_tcp, and UDP alone is offered',
    given: given({ services: [upstream({ ports: both.slice(0, 1) })] }),
    expect: [{ subject: on, args: { is: 'no-port', protocol: 'TCP' } }],
  },
  {
    it: 'by its address',
    given: given({ slices: empty }, fixed(['10.96.7.7'])),
    expect: [{ subject: on, args: { is: 'no-endpoint' } }],
  },
  { it: 'by another address', given: given({ slices: empty }, fixed(['10.0.0.53'])), expect: 'not-applicable' },
  {
    it: 'with a second server in that line',
    given: given({ slices: empty }, fixed(['10.96.7.7', '10.0.0.53'])),
    expect: 'not-applicable',
  },
  {
    it: 'no DNS server is ready: that is told elsewhere',
    given: given({ slices: empty }, { pods: [] }),
    expect: 'not-applicable',
  },
  {
    it: 'its slices may not be read',
    given: given({}, { cacheBehind: unknown('forbidden', 'list endpointslices') }),
    expect: 'cannot-tell',
  },
  { it: 'an older recording', given: { clusterDns: clusterDns({ nodeCaches: caches }) }, expect: 'not-applicable' },
  { it: 'no cache', given: { clusterDns: clusterDns() }, expect: 'not-applicable' },
])
