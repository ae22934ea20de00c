import { askedCorefile } from '../../relations/dns/asked-blocks.ts'
import type { Evidence } from '../../findings/evidence.ts'
import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import { known } from '../../model/known.ts'
import type { NameAnswer } from '../../model/name-answers.ts'
import type { Pod } from '../../model/pod.ts'
import type { EndpointSlice, Service } from '../../model/service.ts'
import {
  aaaaDenies,
  dnsAnswersErrors,
  nameGivesGone,
  lossyNode,
  nameWrong,
  noEndpoints,
} from '../../relations/symptom.ts'
import { subject } from '../../model/subject.ts'
import { isRightElsewhere } from '../../relations/dns/answered-by-another.ts'
import { corefileEvidence } from '../../relations/dns/corefile-text.ts'
import { byWhoAsks } from '../../relations/dns/text-in-force.ts'
import { type Named, namedServices } from '../../relations/dns/unserved-names.ts'
import { type JustReplaced, justReplaced } from '../../relations/service/just-replaced.ts'
import {
  answersOfServices,
  circleOf,
  type CorefileReason,
  corefileReason,
  judgeName,
  mayBeFromBefore,
  type WrongName,
} from '../../relations/service/service-names.ts'
import type { Corefile } from '../../wire/corefile.ts'
import { optionHelps, optionNotes } from './taking-options.ts'

/**
 * The API says what a Service's name must lead to, and each DNS server was asked. A line of the Corefile may stand in
 * its place, a list of namespaces may leave it out, and a denial from before the Service was made may still be kept.
 */
export default check({
  code: 'DNS165',
  slug: 'dns/service-name-wrong',
  title: 'DNS does not say of a Service what the API says',
  fine: 'DNS says of Services what the API says',
  severity: 'error',
  needs: ['nameAnswers', 'services', 'clusterDns'],
  wants: ['endpointSlices', 'namespaces', 'coreDnsWindows', 'dnsServerLogs', 'pods'],
  remedies: [],
  decides: ['DNS-46', 'DNS-47', 'DNS-56', 'DNS-60'],

  run({ nameAnswers, services, clusterDns, endpointSlices, namespaces, coreDnsWindows, dnsServerLogs, pods }) {
    const asked = answersOfServices(nameAnswers)
    const all = namedServices(clusterDns, known(services), endpointSlices, namespaces)
    const isRight = (it: Service): boolean =>
      (asked.get(`${it.namespace}/${it.name}`) ?? []).some(
        (one) => judgeName(it, one, all.slicesOf(it)).kind === 'right',
      )
    const sayTheSame = byWhoAsks(clusterDns, coreDnsWindows, dnsServerLogs) === null
    const named = {
      ...all,
      isThisCluster: all.services.some(isRight),
      sayTheSame,
      pods: pods.known ? pods.value : [],
    }
    const judged = named.services.flatMap((it): readonly Verdict<NameWrong>[] => {
      const servers = asked.get(`${it.namespace}/${it.name}`)
      const circle = circleOf(it, services, clusterDns.domain)
      if (circle !== null) return [goesRound(it, circle)]
      return servers === undefined ? [] : [judge(it, servers, named, clusterDns)]
    })
    return judged.length === 0 ? notApplicable('no name of a Service in scope was asked for') : judged
  },

  words: {
    headline: ({ subject: on, args }) => {
      if (args.how === 'circle') return `Service ${on.namespace}/${on.name} is ${args.says}.`
      if (args.how === 'replaced')
        return (
          `DNS still says from its cache what headless Service ${on.namespace}/${on.name} was${share(args)}, for ` +
          `${args.left} s more at most: ${args.says}.`
        )
      return (
        `DNS gives a wrong answer for Service ${on.namespace}/${on.name}${share(args)}: ${args.says}, ` +
        `where the Service is ${args.is}.`
      )
    },
    detail: ({ args }) =>
      args.how === 'circle'
        ? `${args.name} · ${args.is} · by the objects alone: it was not asked for`
        : `${args.name} · wrong at ${args.wrong} of ${args.of} queries: ${args.servers.join(', ')} · ${args.says}`,
    note: ({ args }) => {
      if (args.how !== null) return notes[args.how]
      return differNotes[args.differs]
    },
    help: ({ subject: on, args }) => [
      (args.how === null ? null : helps[args.how]) ?? helpFor[args.differs],
      `kubectl -n ${on.namespace} get service,endpointslices` + (args.how === null ? '' : ` | grep ${on.name}`),
      `hopscope resolve ${args.name} -n ${on.namespace}`,
    ],
  },
})

/** Who asks where the answer is right does not meet it: a pod that was traced may be one of those. */
function share({ wrong, of }: NameWrong): string {
  return wrong < of ? ` to ${wrong} of ${of} queries of the probe` : ''
}

/** Why: the plugin of CoreDNS, or what the Service itself says; null where neither shows it. */
type How = CorefileReason['how'] | 'circle' | 'stale' | 'nowhere' | 'family' | 'half' | 'replaced'

type NameWrong = {
  readonly name: string
  /** What DNS says and what the API says, as they are compared. */
  readonly says: string
  readonly is: string
  readonly how: How | null
  readonly wrong: number
  readonly of: number
  /** Those that say it; empty where the objects alone do. */
  readonly servers: readonly string[]
  /**
   * `way`: a server says it on one way, and on another it is right: from another node, by its own address. `asker`: the
   * same, where it is not known that the servers say the same to everybody.
   */
  readonly differs: 'servers' | 'way' | 'asker' | 'nothing'
  /** Seconds for which caches keep what was before its pods, where that is all that is wrong; else null. */
  readonly left: number | null
}

const differNotes: Readonly<Record<NameWrong['differs'], string | null>> = {
  servers: null,
  way: 'the servers are right where they are asked from another node, or by their own addresses: they did not say it',
  asker: 'from another node the same servers are right: they answer by who asks, or something answers in their place',
  nothing: null,
}

const helpFor: Readonly<Record<NameWrong['differs'], string>> = {
  servers: 'compare the servers: what differs is kept by one of them, or its view of the API is old',
  way: 'find what answers in their place on that way: a rule for port 53 on the node, a cache or a proxy there',
  asker:
    'see first by which Corefile the servers go (`acl` and `view` answer by who asks), then what answers in their ' +
    'place: a rule for port 53 on the node',
  nothing: 'all servers say it: see what they go by, the Corefile and their view of the API',
}

const notes: Readonly<Record<How, string>> = {
  'other-zone': 'a server block for a narrower zone takes the name, and it has no `kubernetes` in it',
  'no-kubernetes': 'the block that has all names which no other block takes is without `kubernetes`',
  dns64: 'the `dns64` plugin of CoreDNS makes an IPv6 address of each IPv4 one',
  view: 'the `view` of that block lets some clients in alone, and no other block has this name for the others',
  ...optionNotes,
  kept:
    'nothing in the Corefile answers in its place: the Service was created again, and the answer with its old ' +
    'address is kept until its time is over',
  cache: 'a denial from before the Service was made is kept until its time is over',
  stale: 'clients may keep an answer for as long as its TTL says: the `ttl` of the `kubernetes` plugin',
  family:
    'something before `kubernetes` answers with a family that the Service does not have: programs that prefer it fail',
  half: 'glibc takes the address that it got; musl (Alpine images) fails for the whole name',
  replaced:
    'its pods are there since a moment ago: each cache gives what it heard before until its time is over; a program ' +
    'that looks the name up again gets the new address then',
  circle: 'an ExternalName Service is a CNAME: these lead to each other, and no resolver comes to an end',
  nowhere: 'an ExternalName Service is a CNAME: its target must have an address where CoreDNS asks',
}

const helps: Readonly<Record<How, string>> = {
  'other-zone': 'put `kubernetes` into that server block, or take the block away',
  'no-kubernetes': 'put `kubernetes` with the domain of the cluster into that block',
  dns64: 'let `dns64` translate for IPv6 clients alone: without `allow_ipv4`, or for a narrower prefix',
  view: 'add a block of the same zone without `view`, after this one',
  ...optionHelps,
  cache:
    'wait until it is over, or restart the DNS servers; then let the cache keep denials for some seconds only: ' +
    '`denial 9984 30`',
  kept:
    'wait until it is over, or restart the DNS servers; then lower `ttl` in the block of `kubernetes`, 5 is its ' +
    'default, and `cache` to 30',
  stale: 'lower `ttl` in the block of `kubernetes`: 5 is its default',
  family: 'find what adds it: `template` or `hosts` in the Corefile',
  half: 'find what answers so: a `template` for AAAA in the Corefile should say `rcode NOERROR`',
  replaced:
    'wait, and look again; where it must be shorter: a lower `ttl` in the block of `kubernetes` (5 is its default), ' +
    'or a Service with an address of its own',
  circle: 'let one of them lead to a host name outside of the circle',
  nowhere: 'correct spec.externalName: a host name that exists, and no IP address',
}

function judge(
  service: Service,
  servers: readonly (readonly NameAnswer[])[],
  named: Named & { readonly sayTheSame: boolean; readonly pods: readonly Pod[] },
  dns: ClusterDns,
): Verdict<NameWrong> {
  const judged = servers.map((it) => judgeName(service, it, named.slicesOf(service)))
  const text = dns.corefile.known ? dns.corefile.value : null
  const corefile = text === null ? null : askedCorefile(text, dns)
  const differ = judged.filter((it): it is WrongName => it.kind !== 'right' && it.kind !== 'unknown')
  const rights = servers.flatMap((its, at) => (judged[at]?.kind === 'right' ? its.slice(0, 1).map(placeOf) : []))
  const isNotTheServers = isRightElsewhere({ right: rights, wrong: differ.map((it) => placeOf(it.answer)) })
  const isOnTheWay = (it: WrongName): boolean => isNotTheServers(placeOf(it.answer))
  const reasonFor = (it: WrongName): CorefileReason | null => {
    if (corefile === null || it.kind === 'nowhere' || it.kind === 'stale') return null
    const found = reasonOf(corefile, it, service, named)
    // A cache says the same to every node.
    return (found?.how === 'cache' || found?.how === 'kept') && isOnTheWay(it) ? null : found
  }
  // A line that stands in its place says so again when the cache has let go of the answer.
  const isKeptOnly = (it: WrongName): boolean => ['cache', 'kept'].includes(reasonFor(it)?.how ?? 'cache')
  const replacedBy = (it: WrongName): JustReplaced | null =>
    isKeptOnly(it) ? justReplaced(service, it, { slices: named.slicesOf(service), pods: named.pods, dns }) : null
  const told = differ.map((it) => ({ it, by: replacedBy(it) }))
  const wrong = told.flatMap(({ it, by }) =>
    by !== null || (mayBeFromBefore(service, it) && isKeptOnly(it)) ? [] : [it],
  )
  const [first] = wrong.toSorted((a, b) => rank[a.kind] - rank[b.kind])
  const unknown = judged.find((it) => it.kind === 'unknown')
  const before = told.flatMap(({ it, by }) => (by === null ? [] : [{ it, by }]))
  if (first === undefined && before.length > 0) return stillKept(service, before, judged.length)
  if (first === undefined && differ.length > 0)
    return cannotTell(
      'ambiguous',
      `Service ${service.namespace}/${service.name}: it was made ${service.youngSeconds ?? 0} s ago, and a cache may ` +
        'still keep the answer from before: try again in half a minute',
    )
  if (first === undefined) {
    const right = judged.filter((it) => it.kind === 'right').length
    if (right > 0) return ok(right)
    if (unknown?.kind === 'unknown' && !unknown.silent) return notApplicable(unknown.why)
    return cannotTell(
      'ambiguous',
      `Service ${service.namespace}/${service.name}: ${unknown?.kind === 'unknown' ? unknown.why : 'not asked'}`,
    )
  }
  const name = first.answer.name.replace(/\.$/, '')
  const reason = reasonFor(first)
  return finding({
    subject: subject('Service', service.namespace, service.name),
    confidence: 'observed',
    ...weightOf(service, first, reason, named.slicesOf(service)),
    causes: wrong.some((it) => it.kind === 'address') ? [nameGivesGone(service)] : [],
    // A server that answers errors to some clients does so to every name.
    symptoms: [
      nameWrong(service),
      ...(wrong.every((it) => it.kind === 'half-failed' && it.answer.answer === 'nxdomain') ? [aaaaDenies] : []),
      ...(wrong.every((it) => it.kind === 'error') ? [dnsAnswersErrors] : []),
    ],
    args: {
      name,
      says: saidByAll(wrong, (it) => said(it, it === first && isKept(reason))),
      left: null,
      is: isWhat(service, first),
      how: howOf(first, reason),
      wrong: wrong.length,
      of: judged.length,
      servers: serversOf(wrong),
      differs: differsBy(rights.length, wrong.every(isOnTheWay), named.sayTheSame),
    },
    evidence: [
      ...(reason === null || text === null
        ? []
        : [
            corefileEvidence(dns, text, {
              line: reason.line,
              mark: reason.mark,
              label: labelOf(reason, service.namespace),
            }),
          ]),
      ...wrong.slice(0, 4).map((it): Evidence => ({
        kind: 'fact',
        label: `${it.answer.server.pod ?? it.answer.server.ip} from ${it.answer.node}`,
        value: said(it, isKept(reason)),
      })),
    ],
  })
}

interface KeptAnswer {
  readonly it: WrongName
  readonly by: JustReplaced
}

/** Nothing is wrong but the time: caches keep what the name was before its pods were there. */
function stillKept(service: Service, before: readonly KeptAnswer[], of: number): Verdict<NameWrong> {
  const its = before.map(({ it }) => it)
  const [first] = before
  return finding({
    subject: subject('Service', service.namespace, service.name),
    confidence: 'inferred',
    severity: 'info',
    symptoms: [nameWrong(service)],
    causes: [nameGivesGone(service)],
    args: {
      name: (first?.it.answer.name ?? '').replace(/\.$/, ''),
      says: saidByAll(its, (it) => said(it, false)),
      is: first === undefined ? 'headless' : isWhat(service, first.it),
      how: 'replaced',
      wrong: its.length,
      of,
      servers: serversOf(its),
      differs: 'nothing',
      left: Math.max(1, ...before.map(({ by }) => by.left)),
    },
    evidence: [
      ...(first === undefined
        ? []
        : [{ kind: 'fact', label: `pod ${first.by.pod}`, value: `ready since ${first.by.seconds} s` } as const]),
      ...before.slice(0, 4).map(({ it, by }): Evidence => ({
        kind: 'fact',
        label: `${it.answer.server.pod ?? it.answer.server.ip} from ${it.answer.node}`,
        value: `${said(it, false)}, kept for ${by.left} s more`,
      })),
    ],
  })
}

function serversOf(wrong: readonly WrongName[]): readonly string[] {
  return [...new Set(wrong.map((it) => it.answer.server.pod ?? it.answer.server.ip))]
}

/** Servers need not say the same: each answer is told, with how many said it. */
function saidByAll(wrong: readonly WrongName[], say: (it: WrongName) => string): string {
  const ranked = wrong.toSorted((a, b) => rank[a.kind] - rank[b.kind])
  const groups = [...Map.groupBy(ranked, (it) => said(it, false)).values()]
  const texts = groups.map((its) => ({ text: its.slice(0, 1).map(say).join(''), times: its.length }))
  return texts.length > 1 ? texts.map((it) => `${it.text} (${it.times})`).join(', ') : (texts[0]?.text ?? '')
}

function isKept(reason: CorefileReason | null): boolean {
  return reason?.how === 'cache' || reason?.how === 'kept'
}

function placeOf({ node, server }: NameAnswer) {
  return { node, ip: server.ip, role: server.role }
}

function differsBy(rights: number, isOnTheWay: boolean, sayTheSame: boolean): NameWrong['differs'] {
  if (rights === 0) return 'nothing'
  if (!isOnTheWay) return 'servers'
  return sayTheSame ? 'way' : 'asker'
}

/** `ignore empty_service`: whoever takes its endpoints takes its name. */
function weightOf(
  service: Service,
  { kind }: WrongName,
  reason: CorefileReason | null,
  slices: readonly EndpointSlice[] | null,
) {
  if (reason?.how === 'ignore') return { severity: 'warning', dueTo: [noEndpoints(service)] } as const
  // On a node that drops packets pods come and go by their kubelet's own probes, and their names with them.
  const homes =
    service.clusterIP === 'None' ? (slices ?? []).flatMap((it) => it.endpoints.flatMap(({ node }) => node ?? [])) : []
  return {
    severity: kind === 'stale' || kind === 'other-family' ? ('warning' as const) : ('error' as const),
    dueTo: [...new Set(homes)].map(lossyNode),
  }
}

function howOf({ kind }: WrongName, reason: CorefileReason | null): How | null {
  if (kind === 'nowhere' || kind === 'stale') return kind
  if (kind === 'half-failed') return 'half'
  return reason?.how ?? (kind === 'other-family' ? 'family' : null)
}

/** The objects alone say it: whoever is asked, and whatever is cached, it has no end. */
function goesRound(service: Service, circle: readonly string[]): Verdict<NameWrong> {
  const way = circle.join(' > ')
  return finding({
    subject: subject('Service', service.namespace, service.name),
    confidence: 'inferred',
    args: {
      name: `${service.name}.${service.namespace}`,
      says: `an alias that goes round: ${way}`,
      is: `ExternalName ${service.externalName}`,
      how: 'circle',
      wrong: 1,
      of: 1,
      servers: [],
      differs: 'nothing',
      left: null,
    },
    evidence: [{ kind: 'fact', label: 'the way of the aliases', value: way }],
  })
}

const rank: Readonly<Record<WrongName['kind'], number>> = {
  address: 0,
  denied: 1,
  'half-failed': 2,
  'other-family': 3,
  stale: 4,
  nowhere: 5,
  error: 6,
}

/** A cache keeps a denial for its own time and no longer: a short one is no reason to blame it. */
const keptSeconds = 30

function reasonOf(corefile: Corefile, wrong: WrongName, service: Service, named: Named): CorefileReason | null {
  const reason = corefileReason(corefile, wrong, service, named)
  return reason?.how === 'cache' && (wrong.answer.ttl ?? 0) <= keptSeconds ? null : reason
}

function labelOf({ how }: CorefileReason, namespace: string): string {
  if (how === 'namespaces') return `${namespace} is not in it`
  if (how === 'namespace_labels') return `whether ${namespace} bears them decides`
  if (how in optionNotes && !['hosts', 'rewrite', 'template'].includes(how)) return 'takes this name away'
  if (how === 'no-kubernetes') return 'no `kubernetes` in it'
  if (how === 'kept') return 'how long an answer is kept'
  return how === 'cache' ? 'how long denials are kept' : 'comes before the Service'
}

/**
 * `keeps`: a cache has it, or whoever asked may keep it. How long an answer of another making may be kept says nothing
 * of when it heals.
 */
function said(it: WrongName, keeps: boolean): string {
  const { answer, rcode, addresses, aliases, ttl } = it.answer
  const kept = ttl === null ? '' : `, kept for ${ttl} s more`
  switch (it.kind) {
    case 'address':
    case 'other-family':
      return (addresses.length > 0 ? addresses.join(', ') : `an alias of ${aliases.join(', ')}`) + (keeps ? kept : '')
    case 'stale':
      return `${it.gone.join(', ')} beside its pods${kept}`
    case 'denied':
      return `${answer === 'nodata' ? 'no address' : (rcode ?? 'NXDOMAIN')}${keeps ? kept : ''}`
    case 'nowhere':
      return `an alias of ${it.target}, which has no address${rcode === null ? '' : ` (${rcode})`}`
    case 'error':
      return answer === 'other-name' ? 'records of another name' : (rcode ?? answer.toUpperCase())
    case 'half-failed':
      return `${rcode ?? answer.toUpperCase()} for ${it.answer.type}, though it has an address`
  }
}

function isWhat({ type, clusterIP, externalName }: Service, wrong: WrongName): string {
  if (type === 'ExternalName') return `ExternalName ${externalName}`
  if (clusterIP !== 'None') return clusterIP ?? 'there'
  return wrong.kind === 'address' && wrong.right.length > 0
    ? `headless, with ${wrong.right.slice(0, 3).join(', ')}`
    : 'headless'
}
