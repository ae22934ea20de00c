import type { KubeProxyConfig } from '../wire/kube-proxy-config.ts'
import type { Known } from './known.ts'

export interface Node {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly ip: string | null
  /** All of its InternalIPs and ExternalIPs, where it has more than the one. Absent in old recordings. */
  readonly ips?: readonly string[]
  /**
   * The address to which its network's agent has the others send, by the annotation that it writes. Absent where none
   * does, and in old recordings.
   */
  readonly tunnel?: {
    readonly by: 'flannel' | 'calico'
    readonly ip: string
    /** Somebody told it so, `public-ip-overwrite`. Absent where nobody did, and in old recordings. */
    readonly told?: true
  }
  readonly ready: 'True' | 'False' | 'Unknown'
  readonly readyMessage: string | null
  /** Its status has no condition `Ready`, so that `ready` is Unknown. Absent in old recordings. */
  readonly readyUnsaid?: true
  readonly unschedulable: boolean
  readonly taints: readonly { readonly key: string; readonly value: string | null; readonly effect: string }[]
  readonly kernel: string
  readonly os: string
  readonly kubelet: string
  /** Whole cores that the node has. */
  readonly cpus: number | null
  /** Set where its condition NetworkUnavailable is true: why. */
  readonly networkUnavailable?: string
  /** `spec.podCIDRs`; absent where it has none. */
  readonly podCidrs?: readonly string[]
  /** The cloud that made it, the scheme of `spec.providerID`: `gce`, `aws`, `azure`. Absent where it names none. */
  readonly provider?: string
  /** Its pod of kube-proxy; absent where no node has one (something else may stand in), and where it was not read. */
  readonly proxy?: 'ready' | 'not-ready' | 'none'
  /** The DaemonSet that makes those pods; absent where another does, and in files of an older hopscope. */
  readonly proxySet?: { readonly namespace: string; readonly name: string }
  /**
   * What kube-proxy there is started with. Absent where no node has a pod of it, where its flags say so instead of a
   * file, and in files of an older hopscope.
   */
  readonly proxyConfig?: Known<ProxyConfig>
  /** How long it is there, of five minutes at most. Absent where it is longer or not known, and in old recordings. */
  readonly madeSeconds?: number
  /** The pod of the network's agent there (CNI); absent where none is known by its labels, and in old recordings. */
  readonly agent?: NetworkAgent
}

/** Of kube-proxy's ConfigMap, which is named here: what is judged of it. */
export interface ProxyConfig {
  readonly namespace: string
  readonly name: string
  readonly config: KubeProxyConfig
  /** Where its kubeconfig has it ask the API server. Absent where none was read, and in old recordings. */
  readonly api?: { readonly host: string; readonly port: number }
}

export interface NetworkAgent {
  readonly namespace: string
  readonly pod: string
  readonly state: 'ready' | 'not-ready'
  /** In the kubelet's words: `CrashLoopBackOff`, `containers with unready status`; null where it is ready. */
  readonly why: string | null
  /**
   * Set where no pod of kube-proxy is in the cluster, and this network does not serve Services in its place: by its
   * kind, or as it is told. `replacement`: what cilium-config sets, null where it sets nothing.
   */
  readonly unserved?: { readonly kind: string; readonly replacement?: 'false' | 'disabled' | null }
  /**
   * What it makes of NetworkPolicies, where that is known: it heeds none, or shuts each pod that none selects. Absent
   * where it takes them as Kubernetes says, and in old recordings.
   */
  readonly policies?: { readonly by: 'flannel' | 'cilium'; readonly are: 'unheeded' | 'needed' }
}
