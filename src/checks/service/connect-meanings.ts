import type { Fingerprint } from '../../relations/service/service-contacts.ts'

interface Meaning {
  /** What the failures have in common; the names follow. */
  readonly seen: string
  readonly means: string
  readonly look: string
  readonly commands: readonly string[]
}

const kubeProxy = [
  'kubectl get daemonsets -A -o wide | grep kube-proxy',
  'on the node:  iptables-save | grep {ip}   or   nft list ruleset | grep {ip}',
]

/** The table of the field manual's section 1, as words: what the failures have in common, and where to look then. */
export const meanings: Readonly<Record<Fingerprint, Meaning>> = {
  'service-address-only': {
    seen: 'pods answer directly, the Service address does not, on',
    means:
      'the application and the pod network work: on the way of this address something leads astray, ' +
      'such as a rule of kube-proxy that is missing or stale, or a rule of somebody else that comes first',
    look: 'look at kube-proxy on the nodes named, and at every rule that has this address',
    commands: kubeProxy,
  },
  'no-local-endpoint': {
    seen: 'internalTrafficPolicy is Local, and no pod runs on',
    means: 'with Local, a node without a pod of its own drops the packets: by design, and silently',
    look: 'if these nodes should reach it, use internalTrafficPolicy: Cluster, or run a pod on every node',
    commands: [],
  },
  closed: {
    seen: 'every pod refuses',
    means: 'the pods are reached, and nobody listens on the target port',
    look: 'see what the process listens on',
    commands: ['kubectl -n {namespace} exec {pod} -- cat /proc/net/tcp /proc/net/tcp6'],
  },
  dropped: {
    seen: 'packets to every pod vanish, from',
    means: 'a timeout is a drop: a policy of the CNI, a firewall, a missing route between nodes',
    look: 'find the first hop that the packet does not reach',
    commands: [
      'kubectl -n {namespace} get networkpolicies',
      'on the node of a pod:  tcpdump -ni any tcp and host {target}',
    ],
  },
  rejected: {
    seen: '"no route to host" to every pod, from',
    means: 'a firewall rejects forwarded packets, or the pod addresses are gone',
    look: 'look at the node firewall (firewalld, ufw) and at the routes to the pod network',
    commands: ['on the node:  ip route get {target}'],
  },
  'from-some-nodes': {
    seen: 'failing only from',
    means: 'other nodes get through to the same pods: the fault is on these nodes, or on their way out',
    look: 'compare a failing node with a good one: CNI pod, kube-proxy, routes, firewall',
    commands: ['kubectl get pods -A -o wide --field-selector spec.nodeName={node}'],
  },
  'across-nodes': {
    seen: 'same node works, across nodes fails, from',
    means: 'the overlay between nodes is broken: blocked encapsulation port, missing route, wrong MTU',
    look:
      "check that nodes may speak the CNI's protocol to each other (VXLAN 4789 or 8472/udp, Geneve 6081/udp, " +
      'IP-in-IP, WireGuard 51820/udp)',
    commands: [],
  },
  'same-node': {
    seen: 'across nodes works, the same node fails, on',
    means: 'hairpin traffic or a policy on the host',
    look: "look at the bridge's hairpin mode and at host policies",
    commands: [],
  },
  'some-endpoints': {
    seen: 'failing only to',
    means: 'one share of the connections goes to an endpoint that does not answer: clients see about 1 in n fail',
    look: 'look at the endpoints named: what differs in them (node, version, load)',
    commands: [],
  },
  'lossy-endpoint': {
    seen: 'failing at times, from several nodes, and only to',
    means:
      'packets to or from this pod are lost, or it does not take connections in time; the others are well, so that ' +
      'clients see a share of 1 in n late or failing',
    look: 'look at the pod named and at its node: its load, its CPU limit, what drops packets there',
    commands: [
      'on its node:  iptables-save -c | grep {target}    nstat -az TcpExtListenOverflows TcpExtListenDrops',
      'kubectl -n {namespace} get pod {pod} -o wide',
    ],
  },
  'now-and-then': {
    seen: 'every way works part of the time, from',
    means: 'lost SYNs or a full accept queue: packet loss, a full conntrack table, an overloaded pod',
    look: 'look at the counters of the node and at the load of the pods',
    commands: ['on the node:  conntrack -S    nstat -az TcpExtListenOverflows'],
  },
  'address-at-times': {
    seen: 'each pod that was asked answers, the Service address is refused at times, from',
    means:
      'somebody refused these connections: an endpoint that was not asked by itself, or a rule that is out of date',
    look: 'compare the endpoints with the pods that were asked, and with the rules of the node',
    commands: [
      'kubectl -n {namespace} get endpointslices -o wide',
      'on the node:  iptables-save | grep {ip}   or   nft list ruleset | grep {ip}',
    ],
  },
  'unready-published': {
    seen: 'each pod that was asked answers, the Service address fails at times, from',
    means:
      'spec.publishNotReadyAddresses is true: pods that are not ready are endpoints like the others, ' +
      'and a share of the connections comes to them',
    look: 'take publishNotReadyAddresses out, if no peers of a StatefulSet need it, or see why the pods are not ready',
    commands: ['kubectl -n {namespace} get pods -o wide', 'kubectl -n {namespace} get endpointslices -o yaml'],
  },
  'address-refused': {
    seen: 'the Service address refuses, from',
    means: 'kube-proxy refuses for a Service without endpoints; else the pod that was chosen does',
    look: 'look at the endpoints, then connect to a pod directly',
    commands: ['kubectl -n {namespace} get endpointslices -o wide'],
  },
  'address-dropped': {
    seen: 'packets to the Service address vanish, from',
    means: 'a drop: a policy, kube-proxy without rules, or a route',
    look: 'connect to a pod directly, to tell kube-proxy from the network',
    commands: kubeProxy,
  },
}
