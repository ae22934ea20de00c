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
   * Stands for the hash by which CoreDNS names this very text (its plugin `reload`), of the text as it was read: what
   * is kept of it may have words taken out. In old recordings that hash itself. Absent where the text alone does not
   * say, and in files of an older hopscope.
   */
  readonly corefileHash?: string
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
  /** Only where the DNS itself is asked about, and one namespace is in scope. */
  readonly elsewhere?: Known<NamedElsewhere>
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
}

/** `redirects`: names of the CiliumLocalRedirectPolicies, without which Cilium goes past a cache on the node. */
export type ServiceProxy =
  | { readonly kind: 'kube-proxy'; readonly mode: string }
  | { readonly kind: 'cilium'; readonly redirects: Known<readonly string[]> }
