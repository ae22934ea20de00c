import type { Answer, DnsServer } from './lookups.ts'
import type { Protocol } from './pod.ts'

/**
 * Why a name was asked for. `service`: a Service's own full name. `way`: what a resolver tries before that name when
 * a program asks for `typed`. `outside`: a name outside of the cluster, as it is (suffix null) or below a suffix of
 * the search list. `random`: a label that nobody made, below a suffix: what answers it, answers everything.
 * `member`: a pod's own name below the headless Service that names it.
 * `hosts`: a name to which a line of `hosts` in the Corefile gives these addresses.
 * `upstream`: a name outside, asked of a server that CoreDNS forwards it to. `rewritten`: a name that a `rewrite` of
 * the Corefile makes `to` of. `port`: the SRV name of a Service's named port.
 */
export type NameReason =
  | { readonly kind: 'service'; readonly service: { readonly namespace: string; readonly name: string } }
  | {
      readonly kind: 'way'
      readonly service: { readonly namespace: string; readonly name: string }
      readonly typed: string
      readonly suffix: string
    }
  | { readonly kind: 'outside'; readonly typed: string; readonly suffix: string | null }
  | { readonly kind: 'random'; readonly suffix: string }
  | {
      readonly kind: 'member'
      readonly service: { readonly namespace: string; readonly name: string }
      readonly pod: string
    }
  | { readonly kind: 'rewritten'; readonly to: string }
  | { readonly kind: 'upstream' }
  | { readonly kind: 'hosts'; readonly ips: readonly string[] }
  | {
      readonly kind: 'port'
      readonly service: { readonly namespace: string; readonly name: string }
      readonly port: string
      readonly protocol: Protocol
    }

/** What one server said to one question. */
export interface NameAnswer {
  readonly node: string
  readonly server: DnsServer
  readonly reason: NameReason
  /** Absolute, with its trailing dot. */
  readonly name: string
  readonly type: 'A' | 'AAAA' | 'SRV'
  readonly answer: Answer
  /** `NOERROR`, `NXDOMAIN`, `NOTIMP`; null without an answer. */
  readonly rcode: string | null
  readonly addresses: readonly string[]
  /** Where CNAMEs of the answer lead, in their order, without the last dot. */
  readonly aliases: readonly string[]
  /** Of SRV records: where the port is, the target without its last dot. Absent of other types. */
  readonly ports?: readonly { readonly port: number; readonly target: string }[]
  /**
   * Seconds for which the answer may be kept: the least of its records, of a denial that of its SOA. null without
   * either.
   */
  readonly ttl: number | null
  /** From the query to its answer, in milliseconds. Absent in old recordings. */
  readonly ms?: number
}

/** What a new pod on a node has in its resolv.conf. */
export interface SearchList {
  readonly node: string
  readonly suffixes: readonly string[]
  readonly ndots: number
}

/** What the DNS servers say to the names that users ask for. */
export interface NameAnswers {
  readonly from: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> }
  readonly answers: readonly NameAnswer[]
  /**
   * What each server says by itself to which CoreDNS forwards such a name, where these are several. Absent where none
   * was asked, and in old recordings.
   */
  readonly upstreams?: readonly NameAnswer[]
  /** What the DNS servers say to names of `hosts` in the Corefile. Absent where it has none, and in old recordings. */
  readonly fromHosts?: readonly NameAnswer[]
  readonly searches: readonly SearchList[]
  /** Services in scope whose names were not asked for: the number is bounded. */
  readonly notAsked: number
}
