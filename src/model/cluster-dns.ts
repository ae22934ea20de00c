import type { EndpointSlice, Service } from './service.ts'
import type { Known } from './known.ts'
import type { Pod } from './pod.ts'
import type { WeaveTc } from './weave-tc.ts'
import type { Workload } from './workload.ts'

/** The cluster's DNS as kubeadm, and nearly every distribution, lays it out: Service kube-system/kube-dns. */
export interface ClusterDns {
  readonly service: Service | null
  readonly slices: readonly EndpointSlice[]
  readonly pods: readonly Pod[]
  readonly workload: Workload | null
  /**
   * Names of those of `pods` that the workload owns, where the chain of owners was read: a ReplicaSet may be called
   * like one of a Deployment's. Absent where one owner made all of them, and in files of an older hopscope.
   */
  readonly workloadPods?: readonly string[]
  /** What sets the number of servers (cluster-proportional-autoscaler); absent where nothing does. */
  readonly scaler?: Workload
  /** The ConfigMap's text; unknown when reading it is forbidden. */
  readonly corefile: Known<string>
  /** The ConfigMap that it was read from; absent where none was, and in files of an older hopscope. */
  readonly corefileMap?: string
  /**
   * The key that the servers mount as their Corefile, and which keys that ConfigMap has; absent where none was read,
   * and in files of an older hopscope.
   */
  readonly corefileKeys?: { readonly configMap: string; readonly wanted: string; readonly keys: readonly string[] }
  /**
   * Stands for the hash by which CoreDNS names this very text (its plugin `reload`), of the text as it was read: what
   * is kept of it may have words taken out. In old recordings that hash itself. Absent where the text alone does not
   * say, and in files of an older hopscope.
   */
  readonly corefileHash?: string
  /**
   * When that ConfigMap was last written, by its managedFields, in milliseconds since 1970. Absent where it does not
   * say, and in old recordings.
   */
  readonly corefileChangedAt?: number
  /** Files that the servers are told to read and nothing mounts; absent in old recordings, and where nobody can say. */
  readonly lacking?: readonly LackingFile[]
  /** `cluster.local` unless the Corefile's `kubernetes` line says otherwise. */
  readonly domain: string
  /** Containers that delay AAAA queries, in the DaemonSets beside the DNS. */
  readonly weaveTc: readonly WeaveTc[]
  /** Pods of NodeLocal DNSCache, one a node; none where there is no such cache. */
  readonly nodeCaches: readonly Pod[]
  /**
   * What carries packets to Services, where a node cache takes the DNS Service's own address; else absent, for it was
   * not asked.
   */
  readonly serviceProxy?: Known<ServiceProxy>
  /** ConfigMap `coredns-custom`, which AKS and k3s mount beside the Corefile; absent in files of an older hopscope. */
  readonly custom?: Known<CustomConfig>
  /** Where the Corefile forwards to addresses of Services, and one namespace is in scope. */
  readonly forwardedTo?: Known<ForwardedTo>
  /**
   * `clusterDNS` of kubeadm's ConfigMap `kubelet-config`: what kubelets are told to hand to pods as their nameservers.
   * Absent where there is none, and in files of an older hopscope.
   */
  readonly handedOut?: Known<readonly string[]>
  /** `clusterDomain` of the same: what pods' search lists end in. Absent where it says none. */
  readonly kubeletDomain?: string
  /** Rules of the node caches' Corefile that lead a name into the cluster where nobody answers for it. */
  readonly cacheRewrites?: readonly StrayRewrite[]
  /** The ConfigMap `kube-dns`, of a file alone; absent where there is none. */
  readonly kubeDns?: KubeDnsConfig
  /** What the DNS servers' ClusterRole lacks, of a file alone; absent where that was not read. */
  readonly rights?: ServerRights
  /** Words of the manifest of NodeLocal DNSCache that nobody replaced in its Corefile. Absent where it was not read. */
  readonly placeholders?: readonly Placeholder[]
  /** Addresses that blocks of the node caches' Corefile are bound to. Absent where it was not read. */
  readonly cacheBinds?: readonly CacheBind[]
  /** Lines `forward` of the node caches' Corefile. Absent where it was not read. */
  readonly cacheForwards?: readonly CacheForward[]
  /**
   * The Services beside the DNS servers that the node caches pass names on to, with their slices; absent where there
   * are no caches.
   */
  readonly cacheBehind?: Known<ForwardedTo>
  /** Only where the DNS itself is asked about, and one namespace is in scope. */
  readonly elsewhere?: Known<NamedElsewhere>
}

/** A line `bind` with the addresses in it; words that are none, as devices, are left out. */
export interface CacheBind {
  readonly line: number
  readonly ips: readonly string[]
}

/** Zones of its block, `''` for all names, and the servers as they are written. */
export interface CacheForward {
  readonly line: number
  readonly zones: readonly string[]
  readonly to: readonly string[]
  readonly isTcp: boolean
}

/** By what it is named: the flag `-conf`, or a plugin of the Corefile, in that line. */
export interface LackingFile {
  readonly by: LackingBy
  readonly file: string
  readonly line: number | null
  /** What is mounted nearest to it: `/etc/coredns`, with the files that it holds. */
  readonly beside: { readonly at: string; readonly files: readonly string[] } | null
}

export const lackingBys = ['conf', 'hosts', 'file', 'forward', 'import', 'tls'] as const

export type LackingBy = (typeof lackingBys)[number]

/** Services of any namespace at addresses that the Corefile names, with their slices. */
export interface ForwardedTo {
  readonly services: readonly Service[]
  readonly slices: readonly EndpointSlice[]
}

/** A word of the template, as `__PILLAR__LOCAL__DNS__`, that the cache does not replace itself. */
export interface Placeholder {
  readonly word: string
  readonly line: number
}

/** Some Services of other namespaces than the one in scope; of headless and claiming ones, the slices. */
export interface NamedElsewhere {
  readonly services: readonly Service[]
  /** Those that claim an outside address at the port of DNS; absent in files of an older hopscope. */
  readonly claiming?: readonly Service[]
  /** How many more claim one, that were not looked at. */
  readonly claimingLeft?: number
  readonly slices: readonly EndpointSlice[]
}

/** What stands in the ConfigMap is not kept, its keys are. */
export interface CustomConfig {
  readonly configMap: string
  /** `mentioned`: another key, or the Corefile, has its name in the text, as a zone file's. */
  readonly keys: readonly { readonly name: string; readonly mentioned: boolean }[]
  /** What no CoreDNS starts with, where the Corefile imports these keys; absent where there is nothing of it. */
  readonly refused?: readonly CustomRefusal[]
  /** Why it can't be told of all that is added; absent where it can, and in old recordings. */
  readonly doubts?: readonly string[]
  /** Lines `forward` of keys that no query comes to. Absent where there is none, and in old recordings. */
  readonly unasked?: readonly UnaskedCustom[]
}

export interface UnaskedCustom {
  readonly key: string
  readonly line: number
  readonly zone: string
  readonly to: readonly string[]
  /** The servers that are asked in their place. */
  readonly before: readonly string[]
}

/** In that line of the key's text. */
export interface CustomRefusal {
  readonly key: string
  readonly line: number
  readonly text: string
}

/** `rewrite name git.example git.shop.svc.cluster.local` in a block that sends its names elsewhere. */
export interface StrayRewrite {
  readonly line: number
  readonly from: string
  readonly to: string
  /** The zones of its block, and whom that passes names on to. */
  readonly zones: readonly string[]
  readonly forwards: readonly string[]
}

/** Settings of kube-dns (k8s.io/dns pkg/dns/config), which node caches read as well. */
export interface KubeDnsConfig {
  readonly stubDomains: readonly { readonly domain: string; readonly servers: readonly string[] }[]
  readonly upstreams: readonly string[]
  readonly problems: readonly KubeDnsProblem[]
}

export interface KubeDnsProblem {
  readonly key: 'stubDomains' | 'upstreamNameservers'
  readonly is: (typeof kubeDnsProblems)[number]
  /** Of which stub domain; null for the whole. */
  readonly domain: string | null
  /** What stands there, where it is an address or a name. */
  readonly server: string | null
}

export const kubeDnsProblems = ['not-json', 'no-object', 'no-list', 'no-domain', 'no-address', 'too-many'] as const

/** `role` null: no ClusterRole is bound to them. */
export interface ServerRights {
  readonly account: string
  readonly role: string | null
  readonly lacks: readonly (typeof neededByDns)[number][]
}

/** What the plugin `kubernetes` lists and watches, pods aside, which it does only if it is told to verify them. */
export const neededByDns = ['endpointslices', 'services', 'namespaces'] as const

/** `redirects`: names of the CiliumLocalRedirectPolicies, without which Cilium goes past a cache on the node. */
export type ServiceProxy =
  | { readonly kind: 'kube-proxy'; readonly mode: string }
  | { readonly kind: 'cilium'; readonly redirects: Known<readonly string[]> }
