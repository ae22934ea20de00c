/**
 * What became of one question. `timeout` = nothing came back in the resolver's time; `unreachable` = ICMP port
 * unreachable or a refused TCP connection, at once; `not-asked` = this method does not tell A from AAAA apart, or a
 * sequential lookup ended before its second question. Any rcode but NOERROR, NXDOMAIN and REFUSED is `servfail`.
 */
export type Answer =
  | 'ok'
  | 'nodata'
  /** Records of the type are there, under another name than was asked for and that its aliases lead to. */
  | 'other-name'
  | 'nxdomain'
  /** The C library found no address, and its tool does not tell why: getent's 2. */
  | 'not-found'
  | 'servfail'
  | 'refused'
  | 'truncated'
  | 'timeout'
  | 'unreachable'
  | 'not-asked'

/**
 * One lookup as a stub resolver does it: A and AAAA, sent again after 5 s when an answer is missing (glibc's
 * default `timeout:5 attempts:2`).
 */
export interface Lookup {
  /** Milliseconds since the run began. */
  readonly at: number
  /** Until both answers were there, or the lookup was given up. */
  readonly ms: number
  readonly a: Answer
  readonly aaaa: Answer
  /** How many times a question was sent again. */
  readonly retries: number
  /** Which questions had no answer to their first sending. */
  readonly firstLost: 'none' | 'a' | 'aaaa' | 'both'
}

/**
 * `pair`: A and AAAA from one socket at the same moment (what glibc and musl do, and what loses the conntrack race).
 * `sequential`: AAAA only after A was answered. `getaddrinfo`: the C library itself, in a new process for each
 * lookup, because glibc turns careful after the first loss in a process (resolv/res_send.c, RES_SNGLKUP).
 */
export type LookupMethod = 'pair' | 'sequential' | 'getaddrinfo'

export interface DnsServer {
  readonly role: 'service' | 'endpoint' | 'node-cache' | 'upstream'
  readonly ip: string
  /** The CoreDNS pod behind an endpoint. */
  readonly pod: string | null
}

export interface LookupSeries {
  readonly node: string
  readonly server: DnsServer
  readonly transport: 'udp' | 'tcp'
  readonly method: LookupMethod
  readonly libc: 'glibc' | 'musl' | null
  readonly name: string
  /** A name of the cluster, or one that CoreDNS must ask its upstream for. */
  readonly zone: 'cluster' | 'external'
  readonly lookups: readonly Lookup[]
}

/**
 * `complete`: all of it came. `stalled`: the connection stood, and the answer did not come in time. `unreachable`: no
 * connection. `other`: an answer of another kind.
 */
export interface LargeFetch {
  readonly node: string
  readonly ip: string
  readonly pod: string
  readonly result: 'complete' | 'stalled' | 'unreachable' | 'other'
  readonly bytes: number
}

/** What one node's probe pod measured. */
export interface DnsProbe {
  /** Where it ran: a pod in this namespace with these labels, so that policies can be judged. */
  readonly from: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> }
  readonly nodes: readonly string[]
  readonly missing: readonly { readonly node: string; readonly why: string }[]
  readonly series: readonly LookupSeries[]
  /** The same questions with an OPT record (EDNS0): apart, since what eats those leaves the others be. */
  readonly edns?: readonly LookupSeries[]
  /** The outside name itself, asked of each server past the Service: what caches have of it may differ. */
  readonly named?: readonly LookupSeries[]
  /** Names outside that no cache has, over TCP: CoreDNS asks its upstream in the client's protocol. */
  readonly farTcp?: readonly LookupSeries[]
  /** Queries sent in all, and the cap that was stated before. */
  readonly queriesSent: number
  readonly cap: { readonly queriesPerSecondPerNode: number; readonly lookupsPerSeries: number }
  /**
   * How late each probe's own process got the CPU, 99th percentile in ms. A lookup that seems slower than this may
   * only have waited to be read; absent where the pod did not live to tell. `maxMs`: the longest pause, which is one
   * reading of a thousand; absent in recordings from before it was kept.
   */
  readonly lag?: readonly { readonly node: string; readonly p99Ms: number; readonly maxMs?: number }[]
  /**
   * UDP packets that came to a probe's pod and met no socket of its own (NoPorts in /proc/net/snmp): answers from
   * another address than was asked, or later than anybody waited. Absent where it can't be read.
   */
  readonly stray?: readonly { readonly node: string; readonly packets: number }[]
  /** One large answer fetched over TCP from each DNS server: its metrics page, some 30 kB in packets of full size. */
  readonly large?: readonly LargeFetch[]
  /** Set when the watchdog ended the probe early, with its reason. */
  readonly stopped: string | null
}
