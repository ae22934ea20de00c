import type { Known } from '../model/known.ts'
import type { Service } from '../model/service.ts'
import type { AskedQuery, Libc, OwnLookup, ResolverWalk, ServerAnswer } from '../model/resolution.ts'
import type { ResolverDecisions } from '../relations/policy/policy-on-resolver.ts'
import { isolating } from '../relations/policy/policy-dns.ts'
import type { HeadlessName } from '../relations/service/headless-names.ts'
import { ownAddress } from '../relations/service/service-endpoints.ts'
import { familyOf, isIpv6 } from '../wire/ip-family.ts'

/** One lookup as a pod would make it, and everything that says whether it works. */
export interface Resolution {
  /** What the user asked for; `typed` is the name that is looked up: for an address they differ. */
  readonly label: string
  readonly typed: string
  readonly types: readonly string[]
  /** Services of the namespace with a name like the one that is not there. */
  readonly near: readonly string[]
  /** The first Service that one of the names tried is the name of; null when there is none, or it could not be read. */
  readonly service?: Service | null
  /** What the first name that is a headless Service's depends on; null where none is, or where it was not read. */
  readonly headless?: HeadlessName | null
  readonly from: {
    readonly namespace: string
    readonly pod: string | null
    readonly container: string | null
    readonly node: string
  }
  readonly resolvConf: {
    readonly text: string
    readonly how: 'read' | 'computed' | 'probe-pod'
    readonly why: string | null
    /** Of a computed one: nothing says that the pod's own is as its spec has it. */
    readonly doubtful?: true
  }
  readonly hosts: { readonly addresses: readonly string[]; readonly how: 'read' | 'computed' | 'not-known' }
  /** The container's own, by its files; null when they do not tell. */
  readonly libc: Libc | null
  /** getaddrinfo in the container itself (in the probe pod, when no pod was named). */
  readonly own: Known<OwnLookup>
  readonly walks: Known<readonly ResolverWalk[]>
  readonly servers: readonly ServerAnswer[]
  readonly queries: number
  readonly domain: string
  /** The Corefile has `autopath`: CoreDNS walks the search list for pods that it knows, at their first query. */
  readonly autopath?: boolean
  /** null where no pod was named. */
  readonly target: Known<ResolverDecisions> | null
  readonly probe: Known<ResolverDecisions>
}

export type Outcome =
  | { readonly kind: 'found' }
  | { readonly kind: 'in-hosts' }
  /** Found, yet a query on the way had no answer. */
  | { readonly kind: 'slow'; readonly lost: number; readonly ms: number }
  | { readonly kind: 'not-found'; readonly end: ResolverWalk['end'] }
  /** The queries are answered, to the probe pod; the pod itself is kept from asking, or fails. */
  | { readonly kind: 'denied'; readonly policy: string }
  | { readonly kind: 'fails-inside'; readonly own: OwnLookup }
  | { readonly kind: 'disagree' }
  /** One server answered the same question with an address, and a moment before or after denied the name. */
  | { readonly kind: 'by-turns'; readonly name: string; readonly server: string }
  /** Found, and it is not the Service's address. */
  | { readonly kind: 'not-the-service'; readonly service: Service; readonly says: readonly string[] }
  /** A suffix of the search list took the name, which has another address by itself. */
  | {
      readonly kind: 'won-by-suffix'
      readonly name: string
      readonly says: readonly string[]
      readonly itself: readonly string[]
    }
  /** The library of the container is not known, and one of the two does not find it. */
  | { readonly kind: 'other-fails'; readonly libc: Libc; readonly end: ResolverWalk['end'] }
  /** Found by what its spec implies; the pod's own resolv.conf could not be read, and it may say something else. */
  | { readonly kind: 'unread'; readonly why: string }
  | { readonly kind: 'not-asked'; readonly why: string }

/** The walk of the container's own library; glibc's where that is not known. */
export function mainWalk(it: Resolution): ResolverWalk | null {
  if (!it.walks.known) return null
  return it.walks.value.find((walk) => walk.libc === (it.libc ?? 'glibc')) ?? null
}

export function otherWalk(it: Resolution): ResolverWalk | null {
  const main = mainWalk(it)
  return it.walks.known ? (it.walks.value.find((walk) => walk !== main) ?? null) : null
}

/** The answer in one value. What the pod itself says counts above what its policies imply, and both above the probe. */
export function outcomeOf(it: Resolution): Outcome {
  if (it.hosts.addresses.length > 0) return foreign(it, it.hosts.addresses) ?? { kind: 'in-hosts' }
  const walk = mainWalk(it)
  if (walk === null) return notAsked(it)
  const inside = it.from.pod !== null && it.own.known ? it.own.value : null
  const denied = inside?.result === 'ok' ? null : targetDenied(it)
  if (denied !== null) return { kind: 'denied', policy: denied }
  // Which server the walk met is luck: that they differ is the answer, whichever came first.
  if (isFoundBySome(it)) return { kind: 'disagree' }
  const turns = byTurns(it)
  if (turns !== null) return turns
  if (walk.end !== 'found') return { kind: 'not-found', end: walk.end }
  if (inside !== null && inside.result !== 'ok') return { kind: 'fails-inside', own: inside }
  if (disagreements(it).length > 0) return { kind: 'disagree' }
  return foundAs(it, walk, inside)
}

/** Found, and by whom is well; whether it is what was meant, and in good time. */
function foundAs(it: Resolution, walk: ResolverWalk, inside: OwnLookup | null): Outcome {
  const wrong = foreign(it, inside?.addresses ?? []) ?? notTheService(it, walk) ?? wonBySuffix(it, walk)
  if (wrong !== null) return wrong
  return otherFails(it) ?? slow(walk, inside) ?? unread(it, inside) ?? { kind: 'found' }
}

/** Where the container's own library found it, the file was good enough. */
function unread({ resolvConf }: Resolution, inside: OwnLookup | null): Outcome | null {
  return resolvConf.doubtful === true && inside === null
    ? { kind: 'unread', why: resolvConf.why ?? 'it was not read' }
    : null
}

/** Of the names to which servers give different answers, one has data at some of them. */
function isFoundBySome(it: Resolution): boolean {
  const names = new Set(disagreements(it).map((one) => one.name))
  return it.servers.some((server) => server.queries.some((one) => one.answer === 'ok' && names.has(one.name)))
}

/**
 * The walks of the two libraries are made one after the other: what one server says to the same question in one of them
 * and not in the other is by the server, or whom it asks, and by no library.
 */
function byTurns({ walks }: Resolution): Extract<Outcome, { kind: 'by-turns' }> | null {
  const all = walks.known ? walks.value.flatMap((it) => it.queries) : []
  const same = Map.groupBy(all, (it) => `${it.server} ${it.type} ${it.name}`)
  const turn = [...same.values()].find(
    (its) =>
      its.some((it) => it.answer === 'ok') && its.some((it) => it.answer === 'nxdomain' || it.answer === 'nodata'),
  )
  const [first] = turn ?? []
  return first === undefined ? null : { kind: 'by-turns', name: first.name, server: first.server }
}

function targetDenied({ target }: Resolution): string | null {
  return target === null ? null : deniedBy(target)
}

function notAsked({ walks }: Resolution): Outcome {
  return { kind: 'not-asked', why: walks.known ? 'the probe pod told nothing' : walks.why.detail }
}

function otherFails(it: Resolution): Outcome | null {
  const other = otherWalk(it)
  if (it.libc !== null || other === null || other.end === 'found') return null
  return { kind: 'other-fails', libc: other.libc, end: other.end }
}

function slow(walk: ResolverWalk, inside: { readonly ms: number } | null): Outcome | null {
  const lost = walk.queries.filter((query) => query.answer === 'timeout').length
  if (lost > 0) return { kind: 'slow', lost, ms: walk.ms }
  return inside !== null && inside.ms >= slowMs ? { kind: 'slow', lost: 0, ms: inside.ms } : null
}

/** No resolver waits less than a second before it asks again. */
const slowMs = 1000

/** What a hosts file, or getaddrinfo in the container, gives for a Service's name, where the Service is elsewhere. */
function foreign(it: Resolution, addresses: readonly string[]): Outcome | null {
  const service = it.service ?? null
  const ip = service?.clusterIP ?? null
  if (service === null || ip === null || ip === 'None' || isIpv6(ip) || service.type === 'ExternalName') return null
  const says = addresses.filter((one) => !isIpv6(one))
  return says.every((one) => one === ip) ? null : { kind: 'not-the-service', service, says }
}

/** Whether this library takes the records: musl does not look at whose name they bear. */
export function isTaken({ libc }: Pick<ResolverWalk, 'libc'>, { answer }: Pick<AskedQuery, 'answer'>): boolean {
  return answer === 'ok' || (answer === 'other-name' && libc === 'musl')
}

/** The names that records of the wanted type bear, where they are not those that were asked for. */
export function foreignOwners(queries: readonly AskedQuery[]): readonly string[] {
  const records = queries
    .filter((query) => query.answer === 'other-name')
    .flatMap((query) => query.records.filter((record) => record.type === query.type))
  return [...new Set(records.map((record) => record.name.replace(/\.$/, '')))]
}

export function fullNameOf({ namespace, name }: Pick<Service, 'namespace' | 'name'>, domain: string): string {
  return `${name}.${namespace}.svc.${domain}.`
}

function addressesIn(queries: readonly AskedQuery[], name: string | null): readonly string[] {
  const own = queries.filter((query) => query.name === name && query.answer === 'ok')
  return [
    ...new Set(
      own.flatMap((query) => query.records.filter((record) => record.type === query.type).map((record) => record.data)),
    ),
  ]
}

/** Compared within one family: the model holds the first address of a dual-stack Service. */
function notTheService(it: Resolution, walk: ResolverWalk): Outcome | null {
  const service = it.service ?? null
  const own = service === null ? null : ownAddress(service)
  if (service === null || own === null || service.type === 'ExternalName') return null
  if (!it.types.includes('A') && !it.types.includes('AAAA')) return null
  const ip = own.toLowerCase()
  const says = addressesIn(walk.queries, walk.winner).filter((one) => familyOf(one) === familyOf(ip))
  const isTaken = walk.winner !== fullNameOf(service, it.domain)
  if (says.length === 0 && !isTaken) return null
  // IPv6 has many spellings: there the name alone is compared.
  const isSame = isIpv6(ip) ? !isTaken : says.every((one) => one === ip)
  return isSame
    ? null
    : { kind: 'not-the-service', service, says: says.length > 0 ? says : addressesIn(walk.queries, walk.winner) }
}

function wonBySuffix(it: Resolution, walk: ResolverWalk): Outcome | null {
  const typed = it.typed.endsWith('.') ? it.typed : `${it.typed}.`
  if (walk.winner === null || walk.winner === typed || (it.service ?? null) !== null) return null
  const says = addressesIn(walk.queries, walk.winner)
  const itself = addressesIn(
    it.servers.flatMap((server) => server.queries),
    typed,
  )
  if (itself.length === 0 || itself.some((one) => says.includes(one))) return null
  return { kind: 'won-by-suffix', name: walk.winner, says, itself }
}

/** As all commands: 0 nothing wrong, 1 something is, 2 it could not be asked. */
export function resolveExitCode(outcome: Outcome): 0 | 1 | 2 {
  if (outcome.kind === 'not-asked' || outcome.kind === 'unread') return 2
  return outcome.kind === 'found' || outcome.kind === 'in-hosts' ? 0 : 1
}

function deniedBy(decisions: Known<ResolverDecisions>): string | null {
  if (!decisions.known || decisions.value.udp.kind !== 'denied') return null
  const by = isolating(decisions.value.udp)
  return by === null ? null : `${by.policy.namespace}/${by.policy.name}`
}

/** One name, and the servers grouped by what they say to it. */
export interface Disagreement {
  readonly name: string
  readonly says: readonly { readonly answer: string; readonly servers: readonly string[] }[]
}

/**
 * Names to which servers give different answers. Other addresses for a name outside the cluster are no disagreement:
 * big names answer in rotation. Nor is one silent question that the second try had answered.
 */
export function disagreements(it: Resolution): readonly Disagreement[] {
  // The name as it was typed is asked beside the one that won, for its address alone.
  const winner = mainWalk(it)?.winner ?? null
  const all = [...new Set(it.servers.flatMap((server) => server.queries.map((query) => query.name)))]
  const names = winner !== null && all.includes(winner) ? [winner] : all
  return names.flatMap((name) => {
    const inside = name.endsWith(`.${it.domain}.`)
    const answers = it.servers.flatMap((server) => {
      const said = lastAnswers(server.queries.filter((query) => query.name === name))
      return said.length === 0
        ? []
        : [{ server: server.pod ?? server.ip, answer: said.map((query) => sentence(query, inside)).join(', ') }]
    })
    const groups = Map.groupBy(answers, (one) => one.answer)
    return groups.size < 2
      ? []
      : [
          {
            name,
            says: [...groups]
              .toSorted(([a], [b]) => (a < b ? -1 : 1))
              .map(([answer, its]) => ({ answer, servers: its.map((one) => one.server) })),
          },
        ]
  })
}

/** The last word on each type: a second try replaces the first. */
function lastAnswers(queries: readonly AskedQuery[]): readonly AskedQuery[] {
  return [...Map.groupBy(queries, (query) => query.type).values()].flatMap(
    (its) => its.find((one) => one.answer !== 'timeout') ?? its.at(-1) ?? [],
  )
}

function sentence(query: AskedQuery, withData: boolean): string {
  if (query.answer !== 'ok') return `${query.type} ${answerWord(query)}`
  const data = query.records
    .filter((record) => record.type === query.type)
    .map((record) => record.data)
    .toSorted()
  return withData ? `${query.type} ${data.join(' ')}` : `${query.type} answered`
}

/** What came of a query that got no record, in the words of dig. */
export function answerWord({ answer, rcode }: Pick<AskedQuery, 'answer' | 'rcode'>): string {
  switch (answer) {
    case 'ok':
      return 'NOERROR'
    case 'nodata':
      return 'no data (NOERROR)'
    case 'other-name':
      return 'answered for another name'
    case 'nxdomain':
      return 'NXDOMAIN'
    case 'not-found':
      return 'not found'
    case 'servfail':
      return rcode ?? 'SERVFAIL'
    case 'refused':
      return 'REFUSED'
    case 'truncated':
      return 'cut off (TC): again over TCP'
    case 'timeout':
      return 'no answer'
    case 'unreachable':
      return 'port unreachable'
    case 'unheeded':
      return 'came too late to count'
    case 'not-asked':
      return 'not asked'
  }
}
