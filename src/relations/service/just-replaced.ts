import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { NameAnswer } from '../../model/name-answers.ts'
import type { Pod } from '../../model/pod.ts'
import { podsByName } from '../pods-by-name.ts'
import type { EndpointSlice, Service } from '../../model/service.ts'
import { answerTime } from '../dns/answer-time.ts'
import { askedCorefile } from '../dns/asked-blocks.ts'
import { denialTime } from '../dns/denial-time.ts'
import type { WrongName } from './service-names.ts'

/** kubeadm's Corefile: `ttl 30` and `cache 30`. */
const usualSeconds = 30
/** What is kept for longer than a minute is a fault of the Corefile, and has findings of its own. */
const mostSeconds = 60
/** Between what the API said and what was asked, and for the servers to hear of a change. */
const slackSeconds = 3

/** Pods of a headless Service that are there since a moment ago alone, and what DNS keeps from before. */
export interface JustReplaced {
  /** For how long it may be kept still: the TTL that the answer came with. */
  readonly left: number
  /** The pod that has been an endpoint for the longest. */
  readonly pod: string
  readonly seconds: number
}

export interface Around {
  readonly slices: readonly EndpointSlice[] | null
  readonly pods: readonly Pod[]
  readonly dns: ClusterDns
}

/**
 * Whether this answer for a headless Service was made before its pods were there. A cache gives what it keeps with the
 * TTL that is left (CoreDNS, plugin/cache/item.go: toMsg): an answer of before has less left than the pods' age leaves
 * of the whole. null: one of the pods was there when the answer was made, or how long they are there is not known.
 */
export function justReplaced(service: Service, { kind, answer }: WrongName, around: Around): JustReplaced | null {
  const { slices, pods, dns } = around
  const isDenied = kind === 'denied' || (kind === 'half-failed' && answer.answer === 'nxdomain')
  if (service.clusterIP !== 'None' || slices === null || (kind !== 'address' && !isDenied)) return null
  const ready = slices.flatMap((it) => it.endpoints.filter((one) => one.ready))
  const byName = podsByName(pods)
  const its = ready.map(({ pod }) => (pod === null ? undefined : byName.get(`${service.namespace}/${pod}`)))
  const [oldest] = its.toSorted((a, b) => ageOf(b) - ageOf(a))
  if (oldest === undefined) return null
  const left = answer.ttl ?? 0
  const whole = Math.min(keptSeconds(dns, isDenied), mostSeconds)
  return ageOf(oldest) + left <= whole + slackSeconds ? { left, pod: oldest.name, seconds: ageOf(oldest) } : null
}

function ageOf(pod: Pod | undefined): number {
  return pod?.turnedSeconds ?? Number.POSITIVE_INFINITY
}

/** By the Corefile; the usual where that was not read, or has no `kubernetes` for the domain. */
function keptSeconds(dns: ClusterDns, isDenied: boolean): number {
  if (!dns.corefile.known) return usualSeconds
  const corefile = askedCorefile(dns.corefile.value, dns)
  const time = isDenied ? denialTime(corefile, dns.domain) : answerTime(corefile, dns.domain)
  return time?.seconds ?? usualSeconds
}

/** Which address the servers give for a headless Service, of one that is gone and those that its pods have. */
export type Gives = 'gone' | 'both' | 'new'

/** null: the name was not asked for, or nobody answered. */
export function givesOf(
  answers: readonly Pick<NameAnswer, 'addresses'>[],
  gone: string,
  slices: readonly EndpointSlice[] | null,
): Gives | null {
  const all = new Set(slices?.flatMap((it) => it.endpoints.map((one) => one.ip)))
  const old = answers.filter((it) => it.addresses.includes(gone)).length
  const right = answers.filter((it) => it.addresses.some((ip) => all.has(ip))).length
  if (right > 0) return old > 0 ? 'both' : 'new'
  return old > 0 ? 'gone' : null
}
