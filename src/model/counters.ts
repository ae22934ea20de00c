import type { ConntrackDelta } from '../wire/conntrack-stat.ts'

/**
 * Conntrack counters of one node over the probe's window, read in the node's own network namespace from
 * /proc/net/stat/nf_conntrack (they are per namespace: a reading inside an ordinary pod means nothing).
 */
export interface ConntrackWindow {
  readonly node: string
  readonly windowMs: number
  /** Differences, summed over CPUs. `clash_resolve` is null on kernels before 5.10, which do not count it. */
  readonly delta: ConntrackDelta
  /** nf_conntrack_count and _max at the end; null where they can't be read. */
  readonly entries: number | null
  readonly max: number | null
  /** How they were read: in kube-proxy's own pod, or in a hostNetwork pod that was made for it. */
  readonly way?: 'kube-proxy-exec' | 'host-network-pod'
  /** How the node carries packets of its pods; absent where that was not read. */
  readonly forwarding?: NodeForwarding
}

/** The switches and routes by which a node's kernel forwards IPv4 packets. */
export interface NodeForwarding {
  /** net.ipv4.ip_forward; null where it can't be read. */
  readonly all: boolean | null
  /** Interfaces that forward nothing of what comes in by them (net.ipv4.conf.NAME.forwarding), where the node does. */
  readonly off: readonly string[]
  /** The main table without single addresses; null: not read, or more than anybody should keep. */
  readonly routes: readonly NodeRoute[] | null
}

export interface NodeRoute {
  /** `10.2.1.0/24`; the default route is `0.0.0.0/0`. */
  readonly to: string
  /** null: straight out of the device. */
  readonly via: string | null
  readonly device: string
}

/** One CoreDNS pod over the probe's window, from its own metrics. */
export interface CoreDnsWindow {
  readonly pod: string
  readonly ip: string
  readonly windowMs: number
  /** CPU seconds used in the window (process_cpu_seconds_total). */
  readonly cpuSeconds: number | null
  readonly requests: number | null
  readonly responses: Readonly<Record<string, number>>
  /** Share of answers that took longer than 250 ms inside CoreDNS; null without requests. */
  readonly slowShare: number | null
  readonly forwardFailures: number | null
  /** What it had of the servers that it forwards to; absent where its metrics do not tell (before CoreDNS 1.8). */
  readonly upstreams?: readonly UpstreamWindow[]
  /**
   * What stands for the hash of the Corefile that it loaded last, in hex; absent where it runs the one that it started
   * with, or refused one.
   */
  readonly config?: string
  /** `1.14.7`; absent where it does not say. */
  readonly version?: string
}

/** One server that a CoreDNS pod forwards to, as that pod saw it in the window. */
export interface UpstreamWindow {
  /** Address and port. */
  readonly to: string
  /** Queries sent to it, repeats too. */
  readonly sent: number
  /** Its answers, by rcode. */
  readonly answers: Readonly<Record<string, number>>
  /** Seconds that those answers took, in sum. */
  readonly seconds: number
}
