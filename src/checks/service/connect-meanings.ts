import type { Fingerprint } from '../../relations/service/service-contacts.ts'

interface Meaning {
  /** What the failures have in common; the names follow. */
  readonly seen: string
  readonly means: string
  readonly look: string
  readonly commands: readonly string[]
  /** What this run has read itself, where it has: then the commands that read it again are left out. */
  readonly reads?: 'rules' | 'counters'
}

const kubeProxy = [
  'kubectl get daemonsets -A -o wide | grep kube-proxy',
  'on {node}:  iptables-save | grep -F {ip}    ' +
    'iptables-save -c | grep -E -- "--notrack|NOTRACK|-j (DNAT|REDIRECT|TPROXY)"    ' +
    'nft list ruleset | grep -E "{ip}|notrack|redirect"',
]

/** The accept queue is the pod's: counters of the node itself say nothing of it. */
const acceptQueue = 'kubectl -n {namespace} exec {pod} -- cat /proc/net/netstat   # ListenOverflows, ListenDrops'

/** The table of the field manual's section 1, as words: what the failures have in common, and where to look then. */
export const meanings: Readonly<Record<Fingerprint, Meaning>> = {
  'service-address-only': {
    seen: 'pods answer directly, the Service address does not, on',
    means:
      'the application and the pod network work: on the way of this address something leads astray, ' +
      'such as a rule of kube-proxy that is missing or stale, or a rule of somebody else that comes first',
    look: 'look at kube-proxy on the nodes named, and at every rule that has this address or a range around it',
    commands: kubeProxy,
    reads: 'rules',
  },
  'no-local-endpoint': {
    seen: 'internalTrafficPolicy is Local, and no pod runs on',
    means: 'with Local, a node without a pod of its own drops the packets: by design, and silently',
    look: 'if these nodes should reach it, use internalTrafficPolicy: Cluster, or run a pod on every node',
    commands: [],
  },
  closed: {
    seen: 'each pod that was asked refuses',
    means: 'the pods are reached, and nobody listens on the target port',
    look: 'see what the process listens on',
    commands: ['kubectl -n {namespace} exec {pod} -- cat /proc/net/tcp /proc/net/tcp6'],
  },
  dropped: {
    seen: 'packets to each pod that was asked vanish, from',
    means: 'a timeout is a drop: a policy of the CNI, a firewall, a missing route between nodes',
    look: 'find the first hop that the packet does not reach',
    commands: [
      'kubectl -n {namespace} get networkpolicies',
      'on the node of a pod:  tcpdump -ni any tcp and host {target}',
    ],
  },
  rejected: {
    seen: '"no route to host" to each pod that was asked, from',
    means: 'a firewall rejects forwarded packets, or the pod addresses are gone',
    look: 'look at the node firewall (firewalld, ufw) and at the routes to the pod network',
    commands: ['on {node}:  ip route get {target}'],
  },
  'none-answers': {
    seen: 'no connect to a pod by its own address comes through, from',
    means: 'nobody has that address any more, or a policy, a firewall or a missing route keeps packets from it',
    look: 'see whether somebody has the address, then find the first hop that the packet does not reach',
    commands: [
      'kubectl get pods,nodes -A -o wide | grep -wF {target}',
      'kubectl -n {namespace} get networkpolicies',
      'on {node}:  ip route get {target}',
    ],
  },
  'from-some-nodes': {
    seen: 'failing only from',
    means: 'other nodes get through: the fault is on these nodes, or on their way out',
    look: 'compare a failing node with a good one: CNI pod, kube-proxy, routes, firewall',
    commands: ['kubectl get pods -A -o wide --field-selector spec.nodeName={node}'],
  },
  'across-nodes': {
    seen: 'pods on the same node answer, those on other nodes do not, from',
    means: 'the overlay between nodes is broken: blocked encapsulation port, missing route, wrong MTU',
    look:
      "check that nodes may speak the CNI's protocol to each other (VXLAN 4789 or 8472/udp, Geneve 6081/udp, " +
      'IP-in-IP, WireGuard 51820/udp)',
    commands: [],
  },
  'same-node': {
    seen: 'pods on other nodes answer, those on the same node do not, on',
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
      'on its node:  iptables-save -c | grep -F {target}',
      'kubectl -n {namespace} get pod {pod} -o wide',
      acceptQueue,
    ],
  },
  'now-and-then': {
    seen: 'failing at times, from',
    means: 'lost SYNs or a full accept queue may be why: packet loss, a full conntrack table, an overloaded pod',
    look: 'look at the counters of the node and at the load of the pods',
    commands: ['on {node}:  conntrack -S', acceptQueue],
    reads: 'counters',
  },
  scattered: {
    seen: 'some ways are dead and others fail at times, without a node or a pod that tells them apart, from',
    means:
      'more than one fault, or one that loses most packets: an overlay, a device or a rule that several ways share',
    look: 'see in the rows which ways are dead, and follow one of them hop by hop',
    commands: [
      'on {node}:  ip route get {target}',
      'kubectl get pods -A -o wide --field-selector spec.nodeName={node}',
    ],
  },
  'address-at-times': {
    seen: 'each pod that was asked answers, the Service address is refused at times, from',
    means:
      'somebody refused these connections: an endpoint that was not asked by itself, or a rule that is out of date',
    look: 'compare the endpoints with the pods that were asked, and with the rules of the node',
    commands: ['kubectl -n {namespace} get endpointslices -o wide', ...kubeProxy.slice(1)],
    reads: 'rules',
  },
  'address-lossy': {
    seen: 'each pod that was asked answers, the Service address fails at times, from',
    means:
      'an endpoint that was not asked by itself, a rule that is out of date, or packets that are lost on the way: ' +
      'packet loss, a full conntrack table',
    look: 'compare the endpoints with the pods that were asked, then look at the counters of the node',
    commands: ['kubectl -n {namespace} get endpointslices -o wide', 'on {node}:  conntrack -S'],
    reads: 'counters',
  },
  'unready-published': {
    seen: 'the Service address fails at times, from',
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
    seen: 'no connect to the Service address comes through, from',
    means: 'a drop: a policy, kube-proxy without rules, or a route',
    look: 'connect to a pod directly, to tell kube-proxy from the network',
    commands: kubeProxy,
    reads: 'rules',
  },
}
