import type { ConnectResult } from '../../model/contacts.ts'
import type { Sight } from '../../relations/service/meet-each.ts'
import type { Subject } from '../../model/subject.ts'
import { leftOutBy, type Why as Unseen } from '../../model/known.ts'
import type { Answer } from '../../model/lookups.ts'

/**
 * How a hop is known. `inside`: measured in the pod that the trace starts from; `beside`: from a probe pod; `node`:
 * read on nodes; `outside`: from the machine that hopscope runs on.
 */
export type How = 'inside' | 'beside' | 'node' | 'outside' | 'config' | 'simulated' | 'nobody'

export type HopVerdict = 'ok' | 'broken' | 'cannot-tell' | 'not-looked'

/** What was seen at a hop, as values; `report/trace` makes the sentences. */
export type Seen =
  | {
      readonly kind: 'name'
      readonly typed: string
      readonly result: Answer
      readonly addresses: readonly string[]
      /** Of several in that pod, each with files of its own, the one in which it is so; absent: of one, or of all. */
      readonly container?: string
      /**
       * The lookup waited for a nameserver that does not answer: this long, or until the tool was ended (`timeout`),
       * with another one in the list that does. Absent: it did not.
       */
      readonly slowMs?: number
    }
  | { readonly kind: 'service'; readonly type: string; readonly ports: string; readonly missing: number | null }
  | {
      readonly kind: 'endpoints'
      readonly ready: number
      readonly of: number
      /** That end, and still serve: connections go there only while none is ready. Absent: none. */
      readonly leaving?: number
      /** Of `of`, not ready, and published all the same (spec.publishNotReadyAddresses); absent: none. */
      readonly published?: number
    }
  | {
      readonly kind: 'policy'
      readonly denied: number
      readonly open: number
      readonly of: number
      readonly by: readonly string[]
    }
  | {
      readonly kind: 'connects'
      readonly open: number
      readonly of: number
      /** `hung-up`: it opened, and the other side ended it at once, without a byte. */
      readonly results: readonly (ConnectResult | 'hung-up')[]
      readonly address: string
      readonly ms: number
      /** Of those that opened: by a SYN that was sent again, since the first or its answer was lost; absent: none. */
      readonly resent?: number
      /** Addresses that nothing is known of, though a connection may be led there; absent: none. */
      readonly unmeasured?: number
      /** What tries at a Service's own address are worth; absent where they were enough, or lead to one place. */
      readonly sight?: Sight
    }
  | {
      readonly kind: 'answers'
      readonly bad: number
      /** Answered, and not as a client wants it: a 4xx, a certificate that clients refuse; absent: none. */
      readonly doubtful?: number
      readonly of: number
      readonly statuses: readonly string[]
      /** Of endpoints that were asked themselves: how many answered well each time. */
      readonly well?: { readonly endpoints: number; readonly of: number }
      /** Of these, whose end was not awaited: a stream that is meant to go on, or a long body; absent: none. */
      readonly unended?: number
      /** Why it was asked less often than was meant; absent: it was not. */
      readonly eased?: string
      /** Whom it was asked of; absent where the hop before says so. */
      readonly at?: readonly string[]
    }
  /** On this machine; `result`: the addresses, or how it ended. */
  | { readonly kind: 'lookup'; readonly typed: string; readonly result: string }
  | {
      readonly kind: 'backends'
      readonly names: readonly string[]
      readonly absent: readonly string[]
      readonly ports: readonly string[]
    }
  | {
      readonly kind: 'routes'
      /** `worker-1 to worker-3 missing`. */
      readonly bad: readonly string[]
      readonly notForwarding: readonly string[]
      /** Nodes with rules (`ip rule`) of somebody's: these may lead to another table. */
      readonly ruled: readonly string[]
      /** The nodes that were read, of those on the way. */
      readonly read: readonly string[]
      readonly of: number
    }
  | { readonly kind: 'sizes'; readonly mtu: number; readonly lost: readonly string[]; readonly of: number }
  /** Requests that fill a packet, to the port itself. */
  | { readonly kind: 'large'; readonly bytes: number; readonly lost: number; readonly of: number }
  | { readonly kind: 'why'; readonly why: Why }

/** Why nothing is known of a hop. */
export type Why =
  | 'needs-probe'
  | 'no-exec'
  | 'no-shell'
  | 'no-tool'
  | 'not-running'
  | 'not-read'
  | 'no-address'
  | 'not-tcp'
  | 'no-http'
  | 'not-filled'
  | 'not-asked'
  | 'unclear'

export type HopName =
  | 'resolve'
  | 'service'
  | 'endpoints'
  | 'policy'
  | 'route'
  | 'mtu'
  | 'connect'
  | 'beside'
  | 'elsewhere'
  | 'direct'
  | 'outside'
  | 'controller'
  | 'backend'
  | 'http'
  | 'large'

export interface Hop {
  readonly name: HopName
  readonly verdict: HopVerdict
  readonly how: How
  readonly seen: Seen
  /** Findings that stand at this hop. */
  readonly codes: readonly string[]
}

/** What the tests around the break leave: it is this, and not that. */
export type Narrowed = 'this-pod' | 'this-node' | 'service-address' | 'some-endpoints' | 'everywhere'

export interface Trace {
  /** null: the machine that hopscope runs on, outside of the cluster. */
  readonly from: { readonly namespace: string; readonly pod: string; readonly node: string | null } | null
  readonly to: string
  readonly hops: readonly Hop[]
  /**
   * `open`: measured from the pod itself, and well. `clear`: no hop that was read stands in the way, and nothing was
   * measured from the pod.
   */
  readonly verdict: 'open' | 'broken' | 'clear'
  /** The hop that the path breaks at; null unless `broken`. */
  readonly at: HopName | null
  readonly narrowed: Narrowed | null
  /** Where it breaks for some connections only; null otherwise. */
  readonly part: Part | null
  /** Findings of errors and warnings that are of this path; absent: none. */
  readonly trouble?: readonly { readonly code: string; readonly of: Subject }[]
}

/** How much of it gets through; `answers`: it is reached, and answered well by so many. */
export interface Part {
  readonly of: number
  readonly well: number
  readonly what: 'endpoints' | 'tries' | 'endpoint-answers' | 'answers'
}

export type Bare = Omit<Hop, 'codes'>

/** A hop before it is known which findings stand at it. */
export function hop(name: HopName, verdict: HopVerdict, how: How, seen: Seen): Bare {
  return { name, verdict, how, seen }
}

/** A hop of which nothing is known. */
export function without(name: HopName, why: Why): Bare {
  return hop(name, why === 'unclear' ? 'cannot-tell' : 'not-looked', 'nobody', { kind: 'why', why })
}

/** Why a source that is not known tells nothing of a hop. */
export function whyNot(why: Unseen): Why {
  if (leftOutBy(why) !== null) return 'no-exec'
  if (why.reason === 'not-asked') return 'needs-probe'
  return why.reason === 'not-there' ? 'no-shell' : 'unclear'
}
