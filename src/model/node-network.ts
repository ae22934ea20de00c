import type { Protocol } from './pod.ts'
import type { Known } from './known.ts'

/** What the network of nodes is like, as it was read on the nodes themselves, and what crosses from one to another. */
export interface NodeNetworks {
  readonly nodes: readonly NodeNetwork[]
  readonly paths: readonly MtuPath[]
  /** Nodes that were to be read, and why they were not. */
  readonly missing: readonly { readonly node: string; readonly why: string }[]
}

export interface NodeNetwork {
  readonly node: string
  readonly way: 'kube-proxy-exec' | 'host-network-pod'
  /** The interfaces that routes lead to, and those with an address. */
  readonly links: readonly NodeLink[]
  /** The main table of both families; null where it can't be read. Tables of routing rules are not in it. */
  readonly routes: readonly NodeRoute[] | null
  /**
   * Whether an `ip rule` was ever added, and the routes of the tables that such rules lead to, but for default routes;
   * IPv4 alone. The rules themselves, and where these routes lead, are not to be read without a program for it. Absent:
   * not looked at.
   */
  readonly ruled?: {
    readonly rules: 'none' | 'added' | 'unknown'
    readonly others: readonly { readonly table: string; readonly to: string; readonly refuses: boolean }[]
  }
  /**
   * net.netfilter.nf_conntrack_tcp_timeout_established: seconds that a connection is kept in mind on which nothing
   * comes; null where it can't be read. Absent in files of an older hopscope.
   */
  readonly keptSeconds?: number | null
  /** Neighbours that somebody wrote in for good; IPv4 alone. Absent: not looked at. */
  readonly fixed?: readonly { readonly ip: string; readonly mac: string; readonly dev: string }[]
  /** net.ipv4.ip_forward and net.ipv6.conf.all.forwarding; null where the file is not there. */
  readonly forwards: { readonly v4: boolean | null; readonly v6: boolean | null }
  /** Whether iptables sees what crosses a bridge; `no-module`: br_netfilter is not loaded. */
  readonly bridgeCalls: 'on' | 'off' | 'no-module' | 'unknown'
  /** kube-proxy's own word at 127.0.0.1:10256 and :10249. */
  readonly proxy: NodeProxy
  /** Packets that rp_filter dropped while the probe ran; null where the kernel does not say. */
  readonly reversePathDrops: number | null
  /** Firewall rules that drop or refuse; read with privileges alone. */
  readonly drops: Known<readonly DropRule[]>
  /**
   * Tables of nftables that `drops` is of as well, `inet firewalld`, beside those of iptables; absent in files of an
   * older hopscope, which read no others.
   */
  readonly nftTables?: Known<readonly string[]>
  /** Of table raw of iptables; absent where `drops` is not known, and in files of an older hopscope. */
  readonly untracked?: readonly UntrackedRule[]
  /** Of table nat of iptables, but for kube-proxy's; absent as above. */
  readonly leading?: readonly LeadingRule[]
  /**
   * Where kube-proxy's rules of iptables lead addresses of Services, those that stood alike at both readings. Absent:
   * not read, or not in this form (another mode, another proxy), and in files of an older hopscope.
   */
  readonly serviceRules?: readonly ServiceRule[]
}

export interface ServiceRule {
  /** Of a Service: its ClusterIP, an external one, one of a load balancer. */
  readonly ip: string
  readonly port: number
  readonly protocol: Protocol
  /** `10.2.1.3:8080`, `[fd00::3]:8080`; none: it is refused, or leads nowhere. */
  readonly endpoints: readonly string[]
}

/** A rule of table nat that leads elsewhere what it takes, and is not kube-proxy's. */
export interface LeadingRule {
  readonly family: 'v4' | 'v6'
  readonly chain: string
  /** As iptables-save has it. */
  readonly rule: string
}

/** What it takes is not tracked, and so not translated: no address of a Service leads anywhere (NOTRACK). */
export interface UntrackedRule {
  readonly family: 'v4' | 'v6'
  readonly chain: string
  /** As iptables-save has it. */
  readonly rule: string
}

export interface NodeLink {
  readonly name: string
  readonly kind: 'loopback' | 'bridge' | 'tunnel' | 'other'
  readonly mtu: number | null
  /** Address and prefix length. */
  readonly addresses: readonly string[]
  /** rp_filter of this interface: the greater one of its own and that of `all`, as the kernel takes it. */
  readonly reversePath: 'off' | 'strict' | 'loose' | 'unknown'
  /** Whether packets that come in here are forwarded; IPv4 alone. */
  readonly forwards: boolean | null
}

export interface NodeRoute {
  /** `10.2.3.0/24`, `0.0.0.0/0`. */
  readonly to: string
  readonly via: string | null
  /** null: whatever goes there is refused or dropped. */
  readonly dev: string | null
}

export interface NodeProxy {
  /** `mute`: its port is open, and twice nothing came of it in time. `nobody`: the connection is refused. */
  readonly health: 'well' | 'unwell' | 'mute' | 'nobody' | 'unknown'
  /** How :10249 answered, whatever it said; absent in files of an older hopscope. */
  readonly metrics?: 'answers' | 'mute' | 'nobody' | 'unknown'
  /** What /healthz said: a status, a word of the connection. */
  readonly said: string
  /** `iptables`, `ipvs`, `nftables`; null where it does not say. */
  readonly mode: string | null
}

export interface DropRule {
  /** The last three are of nftables alone. */
  readonly family: 'v4' | 'v6' | 'inet' | 'bridge' | 'netdev'
  /** Of nftables with its family: `inet firewalld`. */
  readonly table: string
  readonly chain: string
  /** As iptables-save or nft have it; `policy` for what a chain does with the rest. */
  readonly rule: string
  readonly target: 'DROP' | 'REJECT'
  /** Packets that it took while the probe ran; null where it was read but once, or counts nothing. */
  readonly packets: number | null
  /** null: it counts nothing, as rules of nftables do without a `counter`. */
  readonly total: number | null
  /** Absent: iptables. */
  readonly by?: 'nft'
}

/**
 * Packets of two sizes from a probe pod to a node, at an address in the range of that node's pods, so that they take
 * the way of pods.
 */
export interface MtuPath {
  readonly node: string
  readonly to: string
  readonly ip: string
  /** Of the pod's own interface: the size of the large ones. */
  readonly mtu: number
  readonly asked: number
  /** Small ones that were answered. */
  readonly small: number
  /** Large ones that arrived: the answer to them is small. */
  readonly large: number
  /** Large ones whose answer of the same size came back. */
  readonly back: number
}
