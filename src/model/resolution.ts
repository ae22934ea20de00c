import type { WalkEnd } from '../wire/resolver-walk.ts'
import type { Known } from './known.ts'
import type { Answer } from './lookups.ts'

export type Libc = 'glibc' | 'musl'

export interface DnsRecord {
  readonly name: string
  readonly type: string
  readonly ttl: number
  /** As dig prints it: `198.19.0.1`, `10 50 8080 db-0.db.shop.svc.cluster.local`. */
  readonly data: string
}

/** One query on the wire and what came of it. */
export interface AskedQuery {
  /** Milliseconds since the walk began. */
  readonly at: number
  readonly server: string
  readonly transport: 'udp' | 'tcp'
  /** Absolute, with its trailing dot. */
  readonly name: string
  readonly type: string
  /** `unheeded`: another server's answer, or another answer's end of the lookup, came first. */
  readonly answer: Answer | 'unheeded'
  /** `NOERROR`, `NXDOMAIN`, `NOTIMP`; null without an answer. */
  readonly rcode: string | null
  readonly records: readonly DnsRecord[]
  /** Records of the answer beside these, which are not told one by one. */
  readonly more?: number
  /** Of a denial: for how many seconds it may still be kept. */
  readonly denialTtl?: number
  /** Until the answer, or until nobody waited any more. */
  readonly ms: number
}

/** Everything that one C library's resolver sends for one lookup, in the order of sending. */
export interface ResolverWalk {
  readonly libc: Libc
  /** Names in the order in which they would be tried, had none an end. */
  readonly candidates: readonly string[]
  readonly queries: readonly AskedQuery[]
  readonly end: WalkEnd
  /** The name that was found; null when none was. */
  readonly winner: string | null
  readonly ms: number
}

/** The same question to each server by itself. */
export interface ServerAnswer {
  readonly ip: string
  /** The DNS pod behind an endpoint; null for a nameserver of resolv.conf. */
  readonly pod: string | null
  readonly queries: readonly AskedQuery[]
}

/** What getaddrinfo itself said, in the container where it was called. */
export interface OwnLookup {
  /** `getent ahosts`, `python3`, `node`: what called it. */
  readonly tool: string
  /** `nothing`: no address, and the tool does not say why. */
  readonly result: Answer | 'nothing'
  readonly addresses: readonly string[]
  readonly ms: number
}

/** What one container's resolver has to go by. */
export interface ResolverView {
  readonly resolvConf: Known<string>
  readonly hosts: Known<string>
  readonly libc: Libc | null
  readonly lookup: Known<OwnLookup>
}
