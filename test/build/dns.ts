import type { ClusterDns } from '../../src/model/cluster-dns.ts'
import type { InsideResolving, InsideView } from '../../src/model/inside.ts'
import { known, unknown } from '../../src/model/known.ts'
import { container, pod } from './pod.ts'
import { service, slice } from './service.ts'

/** Two CoreDNS pods behind kube-system/kube-dns 10.96.0.10, listening on 53 over UDP and TCP. */
export function clusterDns(about: Partial<ClusterDns> = {}): ClusterDns {
  const pods = ['10.2.0.2', '10.2.2.2'].map((ip, index) =>
    pod(`coredns-${index}`, {
      namespace: 'kube-system',
      dnsPolicy: 'Default',
      labels: { 'k8s-app': 'kube-dns' },
      ip,
      node: `worker-${index + 1}`,
      containers: [container({ name: 'coredns', ports: [dnsPort('UDP'), dnsPort('TCP')] })],
    }),
  )
  return {
    service: service('kube-dns', {
      namespace: 'kube-system',
      clusterIP: '10.96.0.10',
      selector: { 'k8s-app': 'kube-dns' },
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53, nodePort: null },
        { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53, nodePort: null },
      ],
    }),
    slices: [slice('kube-dns', pods, { namespace: 'kube-system', ports: [dnsPort('UDP'), dnsPort('TCP')] })],
    pods,
    workload: {
      kind: 'Deployment',
      namespace: 'kube-system',
      name: 'coredns',
      owner: null,
      desired: 2,
      ready: 2,
      templateLabels: { 'k8s-app': 'kube-dns' },
    },
    corefile: unknown('not-asked', 'not needed here'),
    domain: 'cluster.local',
    weaveTc: [],
    nodeCaches: [],
    ...about,
  }
}

/** What pod `shop/<name>` sees from inside: a lookup that works, and DNS over TCP that works. */
export function insideView(name: string, about: Partial<InsideView> = {}): InsideView {
  return {
    namespace: 'shop',
    pod: name,
    container: 'app',
    resolvConf: known(
      'search shop.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n',
    ),
    lookup: known({ tool: 'getent', name: 'kubernetes.default', result: 'ok', ms: 1 }),
    tcp53: known('open'),
    ...about,
  }
}

/** What decides in a healthy container what a name is: nothing strange. */
export function resolving(about: Partial<InsideResolving> = {}): InsideResolving {
  return {
    hosts: known('127.0.0.1\tlocalhost\n'),
    nsswitch: known('files dns'),
    glibc: null,
    programs: [],
    servers: unknown('not-there', 'no tool'),
    names: [],
    ...about,
  }
}

function dnsPort(protocol: 'UDP' | 'TCP') {
  return { name: protocol === 'UDP' ? 'dns' : 'dns-tcp', port: 53, protocol }
}
