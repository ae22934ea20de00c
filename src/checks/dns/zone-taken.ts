import { check } from '../../findings/check.ts'
import { type Confidence, finding, ok, type Severity, type Verdict } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import type { NameAnswers } from '../../model/name-answers.ts'
import type { Namespace } from '../../model/network-policy.ts'
import type { Service } from '../../model/service.ts'
import { count, some } from '../../phrases.ts'
import { corefileEvidence, corefileObject } from '../../relations/dns/corefile-text.ts'
import {
  type Named,
  namedServices,
  type TakingOption,
  type Unserved,
  unservedNames,
} from '../../relations/dns/unserved-names.ts'
import { answersOfServices, judgeName } from '../../relations/service/service-names.ts'
import { nameWrong, zoneLeftOut } from '../../relations/symptom.ts'
import { type Corefile, type CorefileServer, zoneOf } from '../../wire/corefile.ts'
import { readableCorefile } from './readable-corefile.ts'
import { optionHelps, optionNotes } from './taking-options.ts'

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
  wants: ['nameAnswers', 'namespaces', 'services', 'endpointSlices'],
  remedies: [],
  decides: ['DNS-56'],

  run({ clusterDns, nameAnswers, namespaces, services, endpointSlices }) {
    const read = readableCorefile(clusterDns)
    if (read.kind !== 'readable') return read
    const { text, corefile } = read
    const named = namedServices(clusterDns, services, endpointSlices, namespaces)
    const tell = { dns: clusterDns, text, seen: seenOf(named, nameAnswers) }
    const found = [
      ...takenZones(corefile, named).flatMap((it) => ofZone(it, tell)),
      ...unservedNames(corefile, named).flatMap((it) => ofOption(it, namespaces, tell)),
    ]
    return found.length === 0 ? ok(corefile.servers.length) : found
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
      ...(args.names[0] === undefined && args.zone !== null ? [`hopscope resolve NAME.${args.zone}`] : []),
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
  readonly option: TakingOption | null
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
    }
  }
}

/** Above this, naming each says no more than naming all. */
const mostCauses = 200

function causesOf(services: readonly Service[]): readonly string[] {
  return services.length > mostCauses ? ['name-wrong:*'] : services.map(nameWrong)
}

interface TakenZone {
  readonly line: number
  readonly key: string
  readonly zone: string
  readonly services: readonly Service[]
}

/** The blocks without `kubernetes` that have the cluster's domain, a zone below it, or, as the next best, one above. */
function takenZones({ servers }: Corefile, { domain, services }: Named): readonly TakenZone[] {
  const keyed = servers.flatMap((server) => server.keys.map((key) => ({ server, key, zone: zoneOf(key) })))
  const isWithin = (name: string, zone: string): boolean => zone === '' || name === zone || name.endsWith(`.${zone}`)
  const best = (name: string): (typeof keyed)[number] | undefined =>
    keyed.filter(({ zone }) => isWithin(name, zone)).toSorted((a, b) => b.zone.length - a.zone.length)[0]
  const ofDomain = best(`svc.${domain}`)
  const isServed = servers.some(({ plugins }) => plugins.some((it) => it.name === 'kubernetes'))
  const zones = new Set(keyed.map((it) => it.zone))
  return keyed
    .filter(({ server, zone }) => !servesNames(server) && !isServedBeside(zone, servers))
    .filter((it) => isWithin(it.zone, domain) || (isServed && it === ofDomain))
    .map(({ server, key, zone }) => ({
      line: server.line,
      key,
      zone,
      services: services.filter((it) => {
        const name = `${it.name}.${it.namespace}.svc.${domain}`.toLowerCase()
        return isWithin(name, zone) && longest(name, zones) === zone
      }),
    }))
}

/** Zones are looked up by the name's own ends: there may be thousands of both. */
function longest(name: string, zones: ReadonlySet<string>): string | null {
  for (let at = 0; at !== -1;) {
    const end = name.slice(at)
    if (zones.has(end)) return end
    const dot = name.indexOf('.', at)
    at = dot === -1 ? -1 : dot + 1
  }
  return zones.has('') ? '' : null
}

function servesNames({ plugins }: CorefileServer): boolean {
  return plugins.some((it) => it.name === 'kubernetes' || it.name === 'kubernetai' || it.name === 'import')
}

/** A second block of the same zone, before or after one with a `view`. */
function isServedBeside(zone: string, servers: readonly CorefileServer[]): boolean {
  return servers.some((it) => servesNames(it) && it.keys.some((key) => zoneOf(key) === zone))
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
  const isSeen = wrong.length > 0 && (sure || wrong.length > right.length)
  if (!isSeen && !isWorthALine({ option, sure, services, others, right: right.length })) return []
  return [
    finding({
      subject: corefileObject(dns),
      ...weightOf({ option, by, sure, services, isSeen }),
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
          label: option === 'namespaces' ? 'no other namespace is served' : 'takes names of Services away',
        }),
      ],
      symptoms: [zoneLeftOut],
      causes: isSeen ? causesOf(services) : [],
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

/** The text alone is a warning at most: another one may run, and who looks for these names is not known. */
function weightOf({
  option,
  by,
  sure,
  services,
  isSeen,
}: Weighed & { readonly by: Unserved['by']; readonly isSeen: boolean }): {
  readonly confidence: Confidence
  readonly severity: Severity
} {
  if (isSeen) return { confidence: 'observed', severity: option === 'ignore' ? 'warning' : 'error' }
  if (option === 'ignore' || by === 'another-cluster') return { confidence: 'possible', severity: 'info' }
  if (services.length === 0) return { confidence: 'possible', severity: 'info' }
  return { confidence: sure ? 'inferred' : 'possible', severity: 'warning' }
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

function seenText({ services, read, asked, wrong }: Taken): string {
  const of = `${services} of ${count(read, 'Service')} that were read`
  if (asked === 0) return `${of} · none of these names was asked for`
  return `${of} · ${wrong} of ${count(asked, 'name')} that were asked for got another answer than the API gives`
}
