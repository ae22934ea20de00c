export type Protocol = 'TCP' | 'UDP' | 'SCTP'

export interface ContainerPort {
  readonly name: string | null
  readonly port: number
  readonly protocol: Protocol
  /** On the node's own address as well. */
  readonly hostPort?: number
}

export interface Container {
  readonly name: string
  readonly image: string
  readonly ports: readonly ContainerPort[]
  readonly args: readonly string[]
  /** Absent where the spec names nobody. What comes from ConfigMaps and Secrets is not read. */
  readonly calls?: readonly Call[]
  /** The same by an address in its environment. Absent where there is none, and in old recordings. */
  readonly addresses?: readonly AddressCall[]
  /** Absent where its environment names no proxy. */
  readonly proxy?: ContainerProxy
  /** Millicores and bytes; null where the spec sets none. */
  readonly cpuLimitMilli: number | null
  readonly cpuRequestMilli: number | null
  readonly memoryLimitBytes: number | null
  readonly readinessProbe: string | null
  readonly ready: boolean
  readonly restarts: number
  /** `CrashLoopBackOff`, `ImagePullBackOff`: why it is not running now. */
  readonly waiting: string | null
  /** `OOMKilled`, `Error`: how the last run ended. */
  readonly lastTermination: string | null
  /** Set where its image is not pulled because the node could not look the registry's name up. */
  readonly pullLookup?: PullLookup
  /** What the kubelet says of the waiting: `secret "x" not found`. Absent where the reason says it all. */
  readonly message?: string
  /** Of the last run. */
  readonly exitCode?: number
  readonly livenessProbe?: string
  readonly startupProbe?: string
  /** False until its startup probe succeeded once. */
  readonly started?: boolean
}

/** Whom a program is told to call: `PAY_URL=…ledger:81`. Only the host and the port are kept of the value. */
export interface Call {
  /** The environment variable or the flag; null for a bare word of the command line. */
  readonly by: string | null
  readonly host: string
  /** null where none is told, and the scheme tells none. */
  readonly port: number | null
  /** Of a URL of the web. */
  readonly scheme?: 'http' | 'https'
}

/** `REDIS_HOST=10.96.20.199`. */
export interface AddressCall {
  readonly by: string
  readonly ip: string
  readonly port: number | null
}

/** Where curl, Go, Python and others send a container's requests, by `http_proxy`, `HTTPS_PROXY`, `ALL_PROXY`. */
export interface ContainerProxy {
  readonly http: string | null
  readonly https: string | null
  /** The names of `NO_PROXY`; null where that may come from a ConfigMap or a Secret, which are not read. */
  readonly except: readonly string[] | null
}

/** What the kubelet says of a lookup that the node made itself: Go's `lookup NAME on SERVER: HOW`. */
export interface PullLookup {
  readonly name: string
  /** Address and port of the server in the node's resolv.conf; null where the message names none. */
  readonly server: string | null
  readonly how: string
}

/** The init container at which the pod stands: those after it, and the pod's own, wait. */
export interface InitState {
  readonly name: string
  readonly waiting: string | null
  readonly message: string | null
  readonly exitCode: number | null
  readonly last: string | null
  readonly restarts: number
}

export interface DnsConfig {
  readonly nameservers: readonly string[]
  readonly searches: readonly string[]
  readonly options: readonly { readonly name: string; readonly value: string | null }[]
}

export interface Pod {
  readonly namespace: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly node: string | null
  readonly ip: string | null
  /** All of its addresses, where it has more than the one: dual stack. */
  readonly ips?: readonly string[]
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown'
  readonly ready: boolean
  /**
   * It has been ready, or not, for a minute at least, by the API server's clock; absent where it has not, and where
   * that is not known.
   */
  readonly standing?: 'settled'
  /** Why the Ready condition is false, in the kubelet's words. */
  readonly notReadyReason: string | null
  /** `Evicted`: why it is over, where somebody else ended it. */
  readonly overReason?: string
  readonly deleting: boolean
  readonly hostNetwork: boolean
  readonly dnsPolicy: string
  readonly dnsConfig: DnsConfig | null
  /** The ConfigMap whose key `Corefile` it mounts, as DNS servers do. */
  readonly corefileMap?: string
  /** Where a container mounts something over /etc/resolv.conf: what stands in the volume. Absent where none does. */
  readonly resolvConfMount?: { readonly kind: string; readonly name: string }
  /** Of its spec: what its DNS name is made of, `HOSTNAME.SUBDOMAIN.NAMESPACE.svc`. Absent where the spec has none. */
  readonly hostname?: string
  readonly subdomain?: string
  /** Lines that the kubelet writes into /etc/hosts because the spec asks for them. Absent where there are none. */
  readonly hostAliases?: readonly { readonly ip: string; readonly names: readonly string[] }[]
  /**
   * Who takes this pod's DNS queries on their way, by its containers and annotations. Absent where nobody is seen to.
   */
  readonly dnsHop?: { readonly by: string; readonly sign: string }
  readonly owner: { readonly kind: string; readonly name: string } | null
  readonly containers: readonly Container[]
  /** Why it has no node, in the scheduler's words. */
  readonly scheduling?: string
  /** Readiness gates that are not true. */
  readonly gates?: readonly string[]
  readonly init?: InitState
}
