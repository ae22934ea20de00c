import type { Placement } from './placement.ts'
import type { FlawKind } from '../wire/flawed-values.ts'
import type { DeniedAccount } from '../wire/denied-account.ts'
import type { PageSettings } from '../wire/page-settings.ts'
import type { Said } from '../wire/program-words.ts'
import type { LeadsToTls } from '../wire/leads-to-tls.ts'
import type { Listen } from '../wire/listens.ts'
import type { Refusal } from '../wire/nginx-doors.ts'
import type { NginxLookup } from '../wire/nginx-lookups.ts'
import type { Speech } from '../wire/speeches.ts'
import type { StartFailure } from '../wire/start-failure.ts'
import type { WaitedFor } from '../wire/waits-for.ts'

export type Protocol = 'TCP' | 'UDP' | 'SCTP'

export interface ContainerPort {
  readonly name: string | null
  readonly port: number
  readonly protocol: Protocol
  /** On the node's own address as well. */
  readonly hostPort?: number
}

export interface DaprAsked {
  /** `dapr.io/app-port`: the sidecar is not ready before something listens there. null: it calls no application. */
  readonly appPort: number | null
  readonly sidecar: 'there' | 'absent'
}

/** What nginx answers at a port to whoever it does not let in, by a ConfigMap of which a file holds the text. */
export interface MountedRefusal extends Refusal {
  readonly port: number
  readonly map: string
  readonly key: string
}

/** A name that its nginx looks up while it serves, by a ConfigMap of which a file holds the text. */
export interface MountedLookup extends NginxLookup {
  readonly map: string
  readonly key: string
  /** The image may have a file that says more. */
  readonly isGuess?: true
}

export interface Container {
  readonly name: string
  readonly image: string
  readonly ports: readonly ContainerPort[]
  readonly args: readonly string[]
  /** Absent where the spec names nobody. What comes from Secrets is not read, and ConfigMaps of a file alone. */
  readonly calls?: readonly Call[]
  /**
   * What it tells its clients or peers to call it by, whole names of the cluster's alone: `advertised.listeners`.
   * Absent where it is told nothing of it, and in old recordings.
   */
  readonly advertises?: readonly AdvertisedCall[]
  /** Of MongoDB's server, the replica set that it is a member of: `--replSet`. Absent of others, in old recordings. */
  readonly replicaSet?: string
  /**
   * How many such places were not read: variables named like an address whose value is elsewhere or was not understood,
   * and addresses beyond as many as are kept. Absent where there is none, and in old recordings.
   */
  readonly unread?: number
  /** The same by an address in its environment. Absent where there is none, and in old recordings. */
  readonly addresses?: readonly AddressCall[]
  /** What is wrong with the text of such a variable itself. Absent where nothing is, and in old recordings. */
  readonly flaws?: readonly ValueFlaw[]
  /** The same of ports of its own pod and node. Absent where there is none, and in old recordings. */
  readonly nearby?: readonly NearbyCall[]
  /** On what its flags, its environment or its program's habits tell it to listen. Absent where they say nothing. */
  readonly listens?: readonly Listen[]
  /** Whom its nginx keeps out by a file that is mounted. Absent where nobody is, live, and in old recordings. */
  readonly refusals?: readonly MountedRefusal[]
  /**
   * What its nginx looks up itself, by a file that is mounted. Absent where it does not, live, and in old recordings.
   */
  readonly lookups?: readonly MountedLookup[]
  /** It redirects each plain request to https. Absent where it does not, where nobody knows, and in old recordings. */
  readonly leadsToTls?: LeadsToTls
  /** Variables whose values stand in Secrets, an `envFrom` counted as one. Absent = none, or an old recording. */
  readonly fromSecrets?: number
  /**
   * Of a known server: whether it is told to speak TLS alone, or not at all. Absent where who knows, of others, and in
   * old recordings.
   */
  readonly secures?: 'on' | 'off'
  /** Of kube-vip: whether it is told to serve Services. Absent where who knows, of others, and in old recordings. */
  readonly balances?: 'on' | 'off'
  /** A variable by which the kubelet tells of a Service, named in what its last run said at its end. */
  readonly endLink?: EndLink
  /** A lookup that failed its last run, as that said. */
  readonly endLookup?: PullLookup
  /** A connection that failed its last run, as that said. */
  readonly endSaid?: Said
  /** What the API server refused to its last run, as that said. */
  readonly endDenied?: DeniedAccount
  /**
   * Why its program never ran, as the runtime or the kernel said: its image is built for another architecture, or has
   * no such program. Absent where it ran, and in old recordings.
   */
  readonly endStart?: StartFailure
  /** The program that was to be run, as it was named. Absent where that is not said, and in old recordings. */
  readonly endProgram?: string
  /** Where its environment puts its own pages. Absent where it says nothing of that, and in old recordings. */
  readonly pages?: PageSettings
  /** Absent where its environment names no proxy. */
  readonly proxy?: ContainerProxy
  /** Its environment has a proxy by the name, and the value stands in a ConfigMap or a Secret. */
  readonly proxyElsewhere?: true
  /** Millicores and bytes; null where the spec sets none. */
  readonly cpuLimitMilli: number | null
  readonly cpuRequestMilli: number | null
  readonly memoryLimitBytes: number | null
  readonly readinessProbe: string | null
  /** The probe that decides has not been asked: its delay is not over. Absent where it has, and in old recordings. */
  readonly unasked?: { readonly probe: 'readiness' | 'startup'; readonly delay: number }
  /** The variable that lists for which hosts it answers. Absent where none does, or all, and in old recordings. */
  readonly hostList?: string
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
  /** Whom the command of its readiness probe asks. Absent where that names nobody, and in old recordings. */
  readonly readinessAsks?: readonly WaitedFor[]
  /** `host` of its probes, where one is named: the kubelet asks that in place of the pod. Absent where none is. */
  readonly probeHosts?: {
    readonly readiness?: string
    readonly liveness?: string
    readonly startup?: string
  }
  /** False until its startup probe succeeded once. */
  readonly started?: boolean
}

/** A variable that tells a host or a port by a text that cannot be one. Nothing else of the value is kept. */
export interface ValueFlaw {
  readonly by: string
  readonly kind: FlawKind
  /** The placeholder, or the host with an underscore or a scheme; empty of stray characters. */
  readonly text: string
  /** The ConfigMap that its variable comes from, where a file holds both. */
  readonly map?: string
}

/** Whom a program is told to call: `PAY_URL=…ledger:81`. Only the host and the port are kept of the value. */
export interface Call {
  /** The environment variable or the flag; null for a bare word of the command line. */
  readonly by: string | null
  readonly host: string
  /** null where none is told, and the scheme tells none. */
  readonly port: number | null
  /** Where another variable than the host's tells the port: `DB_PORT` beside `DB_HOST`. */
  readonly portBy?: string
  /** The ConfigMap that its variable comes from, or whose key it mounts, where a file holds both. */
  readonly map?: string
  /** The key of that map, and the line of its text, where the container mounts it as a file. */
  readonly key?: string
  readonly line?: number
  /** Of a URL of the web. */
  readonly scheme?: 'http' | 'https'
  /** It stands in a URL with its port or a connection string: nothing but whom to call. Absent in old recordings. */
  readonly isUrl?: true
  /** How telemetry is sent there, where another variable tells it (`OTEL_EXPORTER_OTLP_PROTOCOL`). */
  readonly otlp?: 'grpc' | 'http'
  /** Whether its scheme or its query asks for TLS, where `scheme` does not say it. Absent in old recordings. */
  readonly tls?: 'on' | 'off'
  /** What its scheme is carried by, where `scheme` does not say it: `udp://`. Absent in old recordings. */
  readonly over?: 'TCP' | 'UDP'
  /** It is looked up as an SRV record of this port and protocol, `_grpc._tcp`. Absent in old recordings. */
  readonly srv?: string
  /** What its URL's scheme has it speak: `amqp://`. Absent where it has none, of the web, and in old recordings. */
  readonly speaks?: Speech
  /** `replicaSet` of a MongoDB URL. Absent where it names none, and in old recordings. */
  readonly replicaSet?: string
}

/** `CLIENT://$(POD_NAME).kafka-headless.shop.svc:9092`. */
export interface AdvertisedCall extends Pick<Call, 'host' | 'port' | 'map' | 'key' | 'line'> {
  readonly by: string
  /** The pod's own name stands before the host. */
  readonly own?: true
}

/** `REDIS_HOST=10.96.20.199`. */
export interface AddressCall {
  readonly by: string
  readonly ip: string
  readonly port: number | null
}

/** `--upstream=http://localhost:3000`, `http://$(HOST_IP):8126`. */
export interface NearbyCall {
  readonly by: string | null
  readonly of: 'pod' | 'node'
  readonly port: number
}

/** Where curl, Go, Python and others send a container's requests, by `http_proxy`, `HTTPS_PROXY`, `ALL_PROXY`. */
export interface ContainerProxy {
  readonly http: string | null
  readonly https: string | null
  /**
   * The names of `NO_PROXY`, with a port where that alone is excepted: `cart:8080`. null where it may come from a
   * ConfigMap or a Secret, which are not read.
   */
  readonly except: readonly string[] | null
  /** The variable that `except` is of; null: none is set. Absent where that is not known, and in old recordings. */
  readonly by?: 'NO_PROXY' | 'no_proxy' | null
  /** Its addresses and ranges; absent with `except`, and in old recordings. */
  readonly ranges?: readonly string[]
  /** The names of `NO_PROXY` where `no_proxy` is set too, and is another: Go reads this one, curl and Python that. */
  readonly capitals?: readonly string[]
}

/** `REDIS_PORT=tcp://10.96.31.44:6379`: by its name, or by the address and port that it holds. */
export interface EndLink {
  readonly variable: string | null
  readonly ip: string | null
  readonly port: number | null
}

/**
 * What the kubelet says of a lookup that the node made itself, or a program of one of its own: Go's `lookup NAME on
 * SERVER: HOW`.
 */
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
  /** Whom its command asks while it runs. Absent where it names nobody, and in old recordings. */
  readonly waitsFor?: readonly WaitedFor[]
}

export interface DnsConfig {
  readonly nameservers: readonly string[]
  readonly searches: readonly string[]
  readonly options: readonly { readonly name: string; readonly value: string | null }[]
}

/** What Istio's annotations `traffic.sidecar.istio.io/…` of a pod say, as the injector makes iptables' rules of it. */
export interface SidecarTraffic {
  /** `excludeOutboundPorts`: the port that is called, of a Service its own. */
  readonly notToPorts: readonly number[]
  readonly notToRanges: readonly string[]
  /** `includeOutboundIPRanges`; null = all. */
  readonly toRanges: readonly string[] | null
  /** `includeOutboundPorts`, wherever they lead. */
  readonly toPorts: readonly number[]
  /** `excludeInboundPorts`, of the pod. */
  readonly notFromPorts: readonly number[]
  /** `includeInboundPorts`; null = all. */
  readonly fromPorts: readonly number[] | null
}

/** Of a pod of `aws-node`: `POD_SECURITY_GROUP_ENFORCING_MODE`, and `DISABLE_TCP_EARLY_DEMUX` of its init container. */
export interface InterfaceSettings {
  readonly mode: 'strict' | 'standard'
  readonly earlyDemux: 'on' | 'off'
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
  /** The same in seconds, of ten minutes at most. Absent where it is longer or not known, and in old recordings. */
  readonly turnedSeconds?: number
  /** Why the Ready condition is false, in the kubelet's words. */
  readonly notReadyReason: string | null
  /** `Evicted`: why it is over, where somebody else ended it. */
  readonly overReason?: string
  readonly deleting: boolean
  /**
   * What keeps a pod that is deleted from being gone, and since when it is over its time, in seconds; absent where
   * nothing does, and in old recordings.
   */
  readonly held?: { readonly finalizers: readonly string[]; readonly seconds: number | null }
  readonly hostNetwork: boolean
  /** The annotation of EKS by which a pod is kept for one kind of nodes. Absent where it bears none. */
  readonly computeType?: 'ec2' | 'fargate'
  /** It has a network interface of its own, with security groups of its own, of AWS. Absent in old recordings. */
  readonly ownInterface?: true
  /** What AWS's network plugin is told of such pods. Absent of other pods, and in old recordings. */
  readonly interfaces?: InterfaceSettings
  readonly dnsPolicy: string
  /** `enableServiceLinks: false`: no variables of Services are set in it. Absent where they are. */
  readonly serviceLinks?: 'off'
  readonly dnsConfig: DnsConfig | null
  /** The ConfigMap that it mounts the file `Corefile` from, or the key of that name, as DNS servers do. */
  readonly corefileMap?: string
  /**
   * When the last of its containers started, in milliseconds since 1970: of pods that mount a Corefile alone. Absent
   * where one does not run, and in old recordings.
   */
  readonly startedAt?: number
  /** Where it mounts another key of that ConfigMap as the file `Corefile`. Absent where it is the key `Corefile`. */
  readonly corefileKey?: string
  /** Its annotations have some of its traffic pass by the proxy of its mesh; which, is not read. */
  readonly meshBypass?: true
  /** Its annotation asks Istio for no sidecar, as the label of that name does. Absent in old recordings. */
  readonly noSidecar?: 'asked'
  /** Which of its traffic that is, of Istio's sidecar. Absent where all meets it, and in old recordings. */
  readonly sidecarTraffic?: SidecarTraffic
  /** What it asks Dapr's injector for, `dapr.io/enabled`. Absent where it asks nothing, and in old recordings. */
  readonly dapr?: DaprAsked
  /** Where a container mounts something over /etc/resolv.conf: what stands in the volume. Absent where none does. */
  readonly resolvConfMount?: { readonly kind: string; readonly name: string }
  /** The same over /etc/nsswitch.conf; absent in old recordings as well. */
  readonly nsswitchMount?: { readonly kind: string; readonly name: string }
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
  /** What it asks of a node, where it has none; absent of others, and in old recordings. */
  readonly placement?: Placement
  /** Readiness gates that are not true. */
  readonly gates?: readonly string[]
  /** What the conditions of those gates say; absent of a gate that has none, and in old recordings. */
  readonly gateWords?: readonly { readonly gate: string; readonly said: string }[]
  readonly init?: InitState
  /** Of pods of Istio, which are known to others by it. Absent of others, and in old recordings. */
  readonly serviceAccount?: string
  /** Its proxy of Linkerd denies what nothing authorizes. Absent of others, and in old recordings. */
  readonly inboundDefault?: 'deny'
}
