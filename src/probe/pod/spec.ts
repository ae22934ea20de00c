import type { DnsServer, LookupMethod } from '../../model/lookups.ts'
import type { NameReason } from '../../model/name-answers.ts'

/** One series of lookups that a pod is to make. */
export interface SeriesSpec {
  /** For `getaddrinfo` the pod puts the first nameserver of its own resolv.conf here. */
  readonly server: DnsServer
  readonly port: number
  readonly transport: 'udp' | 'tcp'
  readonly method: LookupMethod
  /** Fully qualified, with its trailing dot, so that no search list multiplies the queries. */
  readonly name: string
  readonly zone: 'cluster' | 'external'
  /** Each lookup puts a label of its own before the name, so that no cache knows it. */
  readonly fresh?: boolean
  /**
   * Told apart from the others. `edns`: each query bears an OPT record (RFC 6891), as those of Go, c-ares and
   * systemd-resolved do. `named`: the outside name itself, which caches may have. `far-tcp`: names that no cache has,
   * over TCP, which CoreDNS passes on over TCP as well.
   */
  readonly apart?: 'edns' | 'named' | 'far-tcp'
  readonly count: number
  /** How many lookups may wait for answers at one time. */
  readonly outstanding: number
}

/** A TCP address to connect to; `id` is the CLI's own index of it. */
export interface ConnectSpec {
  readonly id: number
  readonly ip: string
  readonly port: number
  /** Absent: `connectTries`. */
  readonly times?: number
}

export interface HttpSpec {
  readonly id: number
  readonly ip: string
  readonly port: number
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly path: string
  /** So many requests, one after the other. */
  readonly times: number
  /** Redirects to the same host, at these ports of the same address. */
  readonly follow: boolean
  readonly plainPort: number
  readonly tlsPort: number
  /** Whether to try TLS where plain HTTP is not understood. */
  readonly orTls: boolean
  /** An endpoint itself: nobody between waits for somebody else. */
  readonly direct?: boolean
  /** Whether to send one more that fills a packet, where the small ones were answered. */
  readonly large?: boolean
  /** A policy denies the way: nothing is asked unless a connection opens all the same. */
  readonly knock?: boolean
}

export interface MetricsSpec {
  readonly pod: string
  readonly ip: string
  readonly port: number
  /** Where it has a CPU limit: the probe stops before that is used up. */
  readonly cpuLimitMilli?: number | null
}

/** What a stub resolver does about silence: glibc's defaults are 5000 ms and 2 attempts. */
export interface ResolverSpec {
  readonly timeoutMs: number
  readonly attempts: number
  /** Counted from the first lookup: then none is waited for any more. A whole `timeoutMs` after the last one begins. */
  readonly endMs?: number
}

/** One name to ask for, and why. */
export interface NameQuestion {
  /** Absolute, with its trailing dot. */
  readonly name: string
  readonly types: readonly ('A' | 'AAAA' | 'SRV')[]
  readonly reason: NameReason
}

/** Of the pod's own search list and the plan's together: a pod has three, its node's few come on top. */
export const suffixesAtMost = 8

export interface UpstreamQuestions {
  readonly server: DnsServer
  readonly port: number
  readonly names: readonly NameQuestion[]
}

export interface NamesSpec {
  readonly servers: readonly { readonly server: DnsServer; readonly port: number }[]
  /** Asked at each of the servers. */
  readonly names: readonly NameQuestion[]
  /**
   * Asked at the nameserver of the pod's own resolv.conf, as they are and below each suffix of its search list and of
   * `suffixes`.
   */
  readonly outside: readonly string[]
  readonly suffixes: readonly string[]
  /** Servers that CoreDNS forwards to, each with the names that it is asked for by itself. */
  readonly upstreams?: readonly UpstreamQuestions[]
  /** The label that nobody made. */
  readonly label: string
  readonly queriesPerSecond: number
}

/** Datagrams of two sizes to nodes; `id` is the CLI's own index of each. */
export interface MtuSpec {
  readonly token: string
  readonly targets: readonly { readonly id: number; readonly ip: string; readonly port: number }[]
}

/** Where the API servers are, beside the address that the pod itself is told. */
export interface ApiSpec {
  readonly endpoints: readonly { readonly ip: string; readonly port: number }[]
  readonly timeoutMs: number
}

/** Other pods of this run, on other nodes; `id` is the CLI's own index of each. */
export interface BetweenSpec {
  readonly token: string
  readonly peers: readonly {
    readonly id: number
    readonly ip: string
    readonly udp: number | null
    readonly tcp: number | null
  }[]
  /** For how long after its own work it goes on answering; absent: it does not answer at all. */
  readonly answersForMs?: number
}

export interface ProbeSpec {
  readonly kind: 'probe'
  readonly resolver: ResolverSpec
  readonly series: readonly SeriesSpec[]
  /** Lookups to make at the pod's own first nameserver when no series asks that server: a node-local cache. */
  readonly ownNameserver: { readonly name: string; readonly count: number; readonly outstanding: number } | null
  readonly names: NamesSpec | null
  readonly queriesPerSecond: number
  /** After this many milliseconds no lookup is started any more. */
  readonly budgetMs: number
  readonly connects: readonly ConnectSpec[]
  readonly connectTries: number
  readonly connectTimeoutMs: number
  readonly connectsPerSecond: number
  readonly http: readonly HttpSpec[]
  readonly httpPerSecond: number
  /** After this many milliseconds no request is started any more. */
  readonly httpBudgetMs: number
  /** After so many, none is waited for any more; absent: each has its own time. */
  readonly httpEndMs?: number
  readonly metrics: readonly MetricsSpec[]
  /** Once tells whether large packets arrive; the second reading is for the differences. */
  readonly metricsTwice: boolean
  readonly mtu?: MtuSpec
  readonly api?: ApiSpec
  readonly between?: BetweenSpec
}

/** The node-side program: conntrack counters, read again and again. */
export interface ConntrackSpec {
  readonly kind: 'conntrack'
  readonly everyMs: number
  readonly forMs: number
  /** Tells once what the node's network is like, and answers the probe pods' datagrams that bear this token. */
  readonly token?: string
}

export interface LoadServer extends MetricsSpec {
  readonly dnsPort: number
  readonly cpuLimitMilli: number | null
}

/** A ramp of queries to the DNS servers themselves, up to `rate` a second over all of them. */
export interface LoadSpec {
  readonly kind: 'load'
  readonly servers: readonly LoadServer[]
  readonly name: string
  readonly rate: number
  readonly p99Ms: number
  readonly socketsPerServer: number
  readonly outstandingPerServer: number
  readonly canaryPerSecond: number
  /** Silence for this long is a loss. */
  readonly timeoutMs: number
  readonly stepMs: number
  readonly budgetMs: number
}

/** One lookup, query by query, as each C library makes it; then the same question to each server. */
export interface ResolveSpec {
  readonly kind: 'resolve'
  /** As the user typed it: with or without dots, with or without the last one. */
  readonly typed: string
  /** A and AAAA are one lookup of getaddrinfo's; any other type stands alone. */
  readonly types: readonly string[]
  /** Another pod's; null = the probe pod's own. */
  readonly resolvConf: string | null
  /** Where the nameservers of resolv.conf listen. */
  readonly port: number
  readonly servers: readonly { readonly ip: string; readonly port: number; readonly pod: string | null }[]
  /** A walk that takes longer is cut off. */
  readonly budgetMs: number
}

/** One lookup now and then, for as long as somebody watches. */
export interface CanarySpec {
  readonly kind: 'canary'
  readonly series: SeriesSpec
  readonly everyMs: number
  readonly forMs: number
}

/** Does nothing: captures are run in it for as long as somebody holds it. */
export interface HoldSpec {
  readonly kind: 'hold'
  readonly forMs: number
}

/**
 * Whoever made a pod runs a script in it for as long as it is wanted (pods/hold-script.ts): it ends itself when nobody
 * does any more, as after a `kill -9`.
 */
export interface HeldSpec {
  /** It ends when nobody held it for this long. */
  readonly aloneMs: number
  /**
   * The same before anybody did, and nothing is put on others until then; null: it may be that nobody can, and then it
   * ends with its work.
   */
  readonly aloneFirstMs: number | null
}

export type PodSpec = HoldSpec | ProbeSpec | ConntrackSpec | LoadSpec | ResolveSpec | CanarySpec

/** What a pod finds in HOPSCOPE_SPEC. */
export type SpecInPod = PodSpec & { readonly held: HeldSpec }
