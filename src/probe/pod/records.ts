import type { HttpEnd } from '../../model/contacts.ts'
import type { ApiContact, Carried } from '../../model/pod-ways.ts'
import type { LoadEnd, LoadStep } from '../../model/load.ts'
import type { Answer, LargeFetch, Lookup } from '../../model/lookups.ts'
import type { OwnLookup, ResolverWalk, ServerAnswer } from '../../model/resolution.ts'
import type { NameAnswer } from '../../model/name-answers.ts'
import type { TryRecord } from './contacts/connects.ts'
import type { ForwardingTexts } from './node/conntrack-watch.ts'
import type { NetworkHere } from './node/node-network.ts'
import type { SeriesSpec } from './spec.ts'

/** A lookup on the wire between pod and CLI: `[at, ms, a, aaaa, retries, firstLost]`, `at` in ms since `hello`. */
export type LookupRow = readonly [
  at: number,
  ms: number,
  a: Answer,
  aaaa: Answer,
  retries: number,
  firstLost: Lookup['firstLost'],
]

/** A pod's log, one JSON object a line. A log without its `end` was cut off. */
export type PodRecord =
  | {
      readonly t: 'hello'
      readonly libc: 'glibc' | 'musl' | null
      readonly nameservers: readonly string[]
      readonly node: string
    }
  | { readonly t: 'series'; readonly s: number; readonly of: SeriesSpec }
  | { readonly t: 'lookups'; readonly s: number; readonly rows: readonly LookupRow[] }
  | { readonly t: 'progress'; readonly done: number; readonly of: number }
  | { readonly t: 'slowed'; readonly why: string }
  | { readonly t: 'stopped'; readonly why: string }
  | {
      readonly t: 'connect'
      readonly id: number
      readonly tries: readonly TryRecord[]
      /** The source port of each; 0 where it is not known. */
      readonly from?: readonly number[]
    }
  | ({ readonly t: 'api'; readonly tries: readonly TryRecord[] } & Pick<ApiContact, 'via' | 'ip' | 'port'>)
  | ({ readonly t: 'http'; readonly id: number } & HttpEnd)
  | ({
      readonly t: 'large'
      readonly id: number
      readonly bytes: number
      readonly smallAgain: boolean | null
    } & HttpEnd)
  | { readonly t: 'eased'; readonly ip: string; readonly port: number; readonly why: string }
  | {
      readonly t: 'metrics'
      readonly phase: 'before' | 'after'
      readonly ip: string
      readonly at: number
      readonly text: string | null
      readonly error: string | null
      readonly result?: LargeFetch['result']
      readonly bytes?: number
    }
  | {
      readonly t: 'conntrack'
      readonly at: number
      readonly stat: string | null
      readonly count: string | null
      readonly max: string | null
      readonly reversePath?: number | null
    }
  | ({ readonly t: 'network'; readonly mtuPort: number | null } & NetworkHere)
  | {
      readonly t: 'mtu'
      readonly id: number
      readonly mtu: number
      readonly asked: number
      readonly small: number
      readonly large: number
      readonly back: number
    }
  | { readonly t: 'answers'; readonly ip: string; readonly udp: number | null; readonly tcp: number | null }
  | {
      readonly t: 'between'
      readonly id: number
      readonly mtu: number | null
      readonly datagrams: Carried | null
      readonly streams: Carried | null
    }
  | ({ readonly t: 'forwarding' } & ForwardingTexts)
  | { readonly t: 'resolver'; readonly resolvConf: string; readonly own: OwnLookup | null }
  | { readonly t: 'walk'; readonly walk: ResolverWalk }
  | { readonly t: 'server'; readonly server: ServerAnswer }
  | { readonly t: 'searches'; readonly suffixes: readonly string[]; readonly ndots: number }
  | { readonly t: 'names'; readonly answers: readonly Omit<NameAnswer, 'node'>[] }
  | {
      readonly t: 'end'
      readonly ms: number
      readonly queries: number
      readonly lookups: number
      readonly throttledMs: number | null
      readonly lagMs: number
      /** The longest pause; the 99th percentile of a thousand readings hides ten of them. */
      readonly lagMaxMs?: number
      readonly stray?: number | null
    }
  | { readonly t: 'load-step'; readonly step: LoadStep }
  | { readonly t: 'load-end'; readonly end: LoadEnd }
  /** Nobody held the pod any more, and it ends. */
  | { readonly t: 'alone' }
  | { readonly t: 'broken'; readonly why: string }

export type Emit = (record: PodRecord) => void
