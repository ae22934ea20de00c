import { check } from '../../findings/check.ts'
import { cannotTell, type Confidence, finding, ok, type Severity, type Verdict } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import type { NameAnswers } from '../../model/name-answers.ts'
import type { Namespace } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { count, some } from '../../phrases.ts'
import { corefileEvidence, corefileObject } from '../../relations/dns/corefile-text.ts'
import { type LineBefore, linesBefore } from '../../relations/dns/lines-before.ts'
import { type TakenZone, takenZones } from '../../relations/dns/taken-zones.ts'
import {
  type Named,
  namedServices,
  type TakingOption,
  type Unserved,
  unservedNames,
} from '../../relations/dns/unserved-names.ts'
import { toldCalls } from '../../relations/service/called-services.ts'
import { answersOfServices, judgeName } from '../../relations/service/service-names.ts'
import { nameWrong, zoneLeftOut } from '../../relations/symptom.ts'
import type { Corefile } from '../../wire/corefile.ts'
import { readableCorefile } from './readable-corefile.ts'
import { optionHelps, optionNotes, type Taking } from './taking-options.ts'

/**
 * CoreDNS gives each name to the server block of the longest zone that it falls into: a block for a zone of the
 * cluster's takes the names of Services there, and what it does not have `kubernetes` for it asks elsewhere. And
 * `kubernetes` itself has options by which it serves fewer names than there are Services.
 */
export default check({
  code: 'DNS158',
  slug: 'dns/zone-taken',
  title: 'a line of the Corefile takes names of Services away',
  fine: 'no line of the Corefile takes names of Services away',
  severity: 'error',
  needs: ['clusterDns'],
  wants: ['nameAnswers', 'namespaces', 'services', 'endpointSlices', 'pods'],
  remedies: [],
  decides: ['DNS-56'],

  run({ clusterDns, nameAnswers, namespaces, services, endpointSlices, pods }) {
    const read = readableCorefile(clusterDns)
    if (read.kind !== 'readable') return read
    const { text, corefile } = read
    const named = namedServices(clusterDns, services, endpointSlices, namespaces)
    const tell = { dns: clusterDns, text, seen: seenOf(named, nameAnswers) }
    const found = [
      ...takenZones(corefile, named).flatMap((it) => ofZone(it, tell)),
      ...unservedNames(corefile, named).flatMap((it) => ofOption(it, namespaces, tell)),
      ...ofPodNames(corefile, pods, tell),
      ...linesBefore(corefile, named).flatMap((it) => ofLine(it, named.services.length, tell)),
    ]
    if (found.length > 0) return found
    const kubernetes = corefile.servers.flatMap((it) => it.plugins.filter(({ name }) => name === 'kubernetes'))
    const options = kubernetes.map((it) => (it.block ?? []).filter(({ name }) => name in optionNotes))
    // What one block leaves out, another may serve.
    const takes = options.some((it) => it.length === 0) ? [] : options.flat()
    return takes.length > 0 && !services.known
      ? cannotTell(
          services.why.reason,
          `the Corefile has \`${takes[0]?.name}\` (line ${takes[0]?.line}), and whose names that takes is not known: ` +
            services.why.detail,
        )
      : ok(corefile.servers.length)
  },

  words: {
    headline: ({ args }) => headlineOf(args),
    detail: ({ subject: on, args }) =>
      `${on.kind} ${on.namespace}/${on.name} · line ${args.line} · ${args.zone ?? args.option} · ${seenText(args)}`,
    note: ({ args }) =>
      args.option === null
        ? 'CoreDNS gives a name to the block of the longest zone that it falls into, whatever stands first'
        : optionNotes[args.option],
    help: ({ subject: on, args }) => [
      args.option === null ? 'put `kubernetes` into that block, or take the block away' : optionHelps[args.option],
      `kubectl -n ${on.namespace} get configmap ${on.name} -o yaml`,
      ...(args.names[0] !== undefined ? [`hopscope resolve ${args.names[0]}`] : []),
    ],
  },
})

/** A block that takes a zone, or an option that leaves Services out. */
type Taken = {
  /** null for an option. */
  readonly zone: string | null
  readonly takes: 'all-services' | 'namespace' | 'that-zone' | null
  readonly namespace: string | null
  /** null for a zone. */
  readonly option: Taking | null
  readonly line: number
  /** The words of the option: namespaces, labels, addresses. */
  readonly list: readonly string[]
  /** How many namespaces a list leaves out; null where that is not known, or is not what the option says. */
  readonly of: number | null
  /** Services whose names it takes, or may take, of all that were read. */
  readonly services: number
  readonly read: number
  /** Some of them, those first that were asked for and not found. */
  readonly names: readonly string[]
  /** `expected`: whether that they are taken is certain by the text. */
  readonly sure: boolean
  /** Of these, how many were asked for, and how many of them got another answer than the API gives. */
  readonly asked: number
  readonly wrong: number
}

interface Told {
  readonly dns: ClusterDns
  readonly text: string
  readonly seen: (services: readonly Service[]) => Seen
}

interface Seen {
  readonly wrong: readonly Service[]
  readonly right: readonly Service[]
  readonly unasked: readonly Service[]
}

/** What the servers said to the names of these Services. A name that one server has and another has not is wrong. */
function seenOf(named: Named, answers: Known<NameAnswers>): Told['seen'] {
  const asked = answers.known ? answersOfServices(answers.value) : new Map<string, never>()
  return (services) => {
    const judged = services.map((service) => {
      const kinds = (asked.get(`${service.namespace}/${service.name}`) ?? []).map(
        (it) => judgeName(service, it, named.slicesOf(service)).kind,
      )
      const isWrong = kinds.some((it) => it !== 'right' && it !== 'unknown' && it !== 'nowhere')
      return { service, isWrong, isRight: !isWrong && kinds.includes('right') }
    })
    return {
      wrong: judged.filter((it) => it.isWrong).map((it) => it.service),
      right: judged.filter((it) => it.isRight).map((it) => it.service),
      unasked: services.filter((it) => !asked.has(`${it.namespace}/${it.name}`)),
    }
  }
}

/** Above this, naming each says no more than naming all. */
const mostCauses = 200

function causesOf(services: readonly Service[]): readonly string[] {
  return services.length > mostCauses ? ['name-wrong:*'] : services.map(nameWrong)
}

function ofZone({ line, key, zone, services }: TakenZone, { dns, text, seen }: Told): readonly Verdict<Taken>[] {
  const { wrong, right } = seen(services)
  if (wrong.length === 0 && right.length > 0) return []
  return [
    finding({
      subject: corefileObject(dns),
      confidence: wrong.length > 0 ? 'observed' : 'possible',
      severity: wrong.length > 0 ? 'error' : 'warning',
      args: {
        zone: zone === '' ? '.' : zone,
        ...takenBy(zone, dns.domain.toLowerCase()),
        option: null,
        line,
        list: [],
        of: null,
        services: services.length,
        read: services.length,
        names: namesOf(wrong.length > 0 ? wrong : services),
        sure: false,
        asked: wrong.length + right.length,
        wrong: wrong.length,
      },
      evidence: [corefileEvidence(dns, text, { line, mark: key, label: 'has no kubernetes in it' })],
      symptoms: [zoneLeftOut],
      causes: wrong.length > 0 ? causesOf(services) : [],
    }),
  ]
}

function ofOption(
  { option, by, line, services, sure, read }: Unserved,
  namespaces: Known<readonly Namespace[]>,
  { dns, text, seen }: Told,
): readonly Verdict<Taken>[] {
  const others =
    option === 'namespaces' && namespaces.known
      ? namespaces.value.filter((it) => !line.args.includes(it.name)).length
      : null
  const { wrong, right } = seen(services)
  // Most of them are found: what is wrong with the others is not this line's doing.
  const isSeen = wrong.length > 0 && (sure ? wrong.length >= right.length : wrong.length > right.length)
  if (!isSeen && !isWorthALine({ option, sure, services, others, right: right.length })) return []
  return [
    finding({
      subject: corefileObject(dns),
      ...weightOf({ option, by, sure, services, isSeen, isAll: isAllOf(services, read) }),
      args: {
        zone: null,
        takes: null,
        namespace: null,
        option,
        line: line.line,
        list: line.args,
        of: others,
        services: services.length,
        read,
        names: namesOf([...wrong, ...services]),
        sure,
        asked: wrong.length + right.length,
        wrong: wrong.length,
      },
      evidence: [
        corefileEvidence(dns, text, {
          line: line.line,
          mark: line.name,
          label: labelOf(option, sure || isSeen),
        }),
      ],
      symptoms: [zoneLeftOut],
      causes: isSeen ? causesOf(services) : [],
    }),
  ]
}

/** `10-2-1-5.shop.pod`: who asks for such a name needs `pods insecure` or `verified`. */
const podName = /^\d{1,3}(?:-\d{1,3}){3}\.[^.]+\.pod(?:\.|$)/

function ofPodNames(corefile: Corefile, pods: Known<readonly Pod[]>, { dns, text }: Told): readonly Verdict<Taken>[] {
  const all = corefile.servers.flatMap((it) => it.plugins).filter((it) => it.name === 'kubernetes')
  const modes = all.map((it) => it.block?.findLast((one) => one.name === 'pods') ?? null)
  const [first] = all
  if (!pods.known || first === undefined || modes.some((it) => it !== null && it.args[0] !== 'disabled')) return []
  const hosts = toldCalls(pods.value).flatMap(({ call }) => (podName.test(call.host) ? [call.host] : []))
  if (hosts.length === 0) return []
  const line = modes[0] ?? first
  return [
    finding({
      subject: corefileObject(dns),
      confidence: 'inferred',
      severity: 'info',
      args: {
        ...nothing,
        option: 'pods',
        line: line.line,
        names: [...new Set(hosts)].slice(0, 3),
        sure: true,
      },
      evidence: [
        corefileEvidence(dns, text, { line: line.line, mark: line.name, label: 'names of pods are not served' }),
      ],
    }),
  ]
}

const nothing = {
  zone: null,
  takes: null,
  namespace: null,
  list: [],
  of: null,
  services: 0,
  read: 0,
  asked: 0,
  wrong: 0,
} as const

/** A line for single names. Of a Service that was asked for DNS165 says what came, and by which line. */
function ofLine(
  { how, line, mark, services: all, moves }: LineBefore,
  read: number,
  { dns, text, seen }: Told,
): readonly Verdict<Taken>[] {
  const services = seen(all).unasked
  if (services.length === 0) return []
  return [
    finding({
      subject: corefileObject(dns),
      confidence: moves ? 'possible' : 'inferred',
      severity: moves ? 'info' : 'warning',
      args: {
        ...nothing,
        option: how,
        line: line.line,
        services: services.length,
        read,
        names: namesOf(services),
        sure: true,
      },
      evidence: [corefileEvidence(dns, text, { line: line.line, mark, label: 'comes before `kubernetes`' })],
      symptoms: [zoneLeftOut],
    }),
  ]
}

interface Weighed {
  readonly option: TakingOption
  readonly sure: boolean
  readonly services: readonly Service[]
}

/** A list is made on purpose, and what it leaves out may be meant so: it is told even where nothing is left out. */
function isWorthALine({
  option,
  sure,
  services,
  others,
  right,
}: Weighed & { readonly others: number | null; readonly right: number }): boolean {
  if (option === 'namespaces') return others !== 0
  return services.length > 0 && (sure || right === 0)
}

/** The API server's, which programs in pods look for, is among them, and none is left. */
function isAllOf(services: readonly Service[], read: number): boolean {
  return services.length === read && services.some((it) => it.namespace === 'default' && it.name === 'kubernetes')
}

/**
 * The text alone is a warning at most, as who looks for these names is not known; but for the loss of every name, for
 * which nobody would write such a line.
 */
function weightOf({
  option,
  by,
  sure,
  services,
  isSeen,
  isAll,
}: Weighed & { readonly by: Unserved['by']; readonly isSeen: boolean; readonly isAll: boolean }): {
  readonly confidence: Confidence
  readonly severity: Severity
} {
  if (isSeen) return { confidence: 'observed', severity: option === 'ignore' ? 'warning' : 'error' }
  if (option === 'ignore' || by === 'another-cluster') return { confidence: 'possible', severity: 'info' }
  if (services.length === 0) return { confidence: 'possible', severity: 'info' }
  return { confidence: sure ? 'inferred' : 'possible', severity: sure && isAll ? 'error' : 'warning' }
}

function labelOf(option: Taking, isSure: boolean): string {
  if (option === 'namespaces') return 'no other namespace is served'
  return `${isSure ? 'takes' : 'may take'} names of Services away`
}

function namesOf(services: readonly Service[]): readonly string[] {
  return [...new Set(services.map((it) => `${it.name}.${it.namespace}`))].slice(0, 3)
}

/** `shop.svc.cluster.local` has the Services of namespace shop. */
function takenBy(zone: string, domain: string): Pick<Taken, 'takes' | 'namespace'> {
  const labels = zone.length <= domain.length ? ['svc'] : zone.slice(0, -domain.length - 1).split('.')
  if (labels.at(-1) !== 'svc') return { takes: 'that-zone', namespace: null }
  const namespace = labels.at(-2) ?? null
  return { takes: namespace === null ? 'all-services' : 'namespace', namespace }
}

function whose({ takes, namespace }: Taken): string {
  if (takes === 'namespace') return `Services in namespace ${namespace}`
  return takes === 'all-services' ? 'all Services' : 'that zone'
}

function headlineOf(args: Taken): string {
  const { zone, option, line, list } = args
  if (zone !== null)
    return (
      `The Corefile's block for ${zone} (line ${line}) has no kubernetes in it: ` +
      `names of ${whose(args)} are looked up elsewhere.`
    )
  if (option === 'pods')
    return `The Corefile's kubernetes (line ${line}) serves no names of pods, and ${some(args.names)} is to be called.`
  const words = `\`${[option, ...list].join(' ')}\``
  if (option === 'namespaces')
    return (
      `The Corefile's kubernetes (line ${line}) serves namespaces ${list.join(', ')} alone: names of Services in ` +
      `${args.of ?? 'all'} others do not exist${args.services === 0 ? '' : ` (${some(args.names)})`}.`
    )
  const whom = `${count(args.services, option === 'noendpoints' ? 'headless Service' : 'Service')}`
  const which = `${whom} (${some(args.names)}${args.services > args.names.length ? ', …' : ''})`
  const verb = args.sure || args.wrong > 0 ? 'takes' : 'may take'
  return `The Corefile's ${words} (line ${line}) ${verb} the names of ${which} away.`
}

function seenText({ option, services, read, asked, wrong }: Taken): string {
  if (option === 'pods') return 'by what specs say'
  const of = `${services} of ${count(read, 'Service')} that were read`
  if (asked === 0) return `${of} · none of these names was asked for`
  return `${of} · ${wrong} of ${count(asked, 'name')} that were asked for got another answer than the API gives`
}
