import type { NameAnswer, NameAnswers } from '../../model/name-answers.ts'
import type { Endpoint, EndpointSlice, Service } from '../../model/service.ts'
import { type Corefile, type CorefilePlugin, zoneOf } from '../../wire/corefile.ts'
import { isIpv6 } from '../../wire/ip-family.ts'
import { matches } from '../../wire/linear-regex.ts'
import { type Named, optionThatTakes, type TakingOption } from '../dns/unserved-names.ts'
import { once, put } from '../once.ts'
import { bareName, isWithin } from '../../wire/dns-name.ts'

/** What one server says to a Service's name that the Service is not. */
export type WrongName =
  | { readonly kind: 'address'; readonly answer: NameAnswer; readonly right: readonly string[] }
  | { readonly kind: 'denied'; readonly answer: NameAnswer }
  /** Addresses of pods that are gone stand beside the right ones, and may be kept for long. */
  | { readonly kind: 'stale'; readonly answer: NameAnswer; readonly gone: readonly string[] }
  | { readonly kind: 'nowhere'; readonly answer: NameAnswer; readonly target: string }
  /** Its own address is right, and one of a family that it does not have stands beside it. */
  | { readonly kind: 'other-family'; readonly answer: NameAnswer }
  /** One family has an address, and the question for the other fails: musl believes that for the whole name. */
  | { readonly kind: 'half-failed'; readonly answer: NameAnswer }
  | { readonly kind: 'error'; readonly answer: NameAnswer }

/** `unknown`: silence, or nothing to compare with. */
export type JudgedName =
  | WrongName
  | { readonly kind: 'right' }
  | { readonly kind: 'unknown'; readonly why: string; readonly silent: boolean }

const right = { kind: 'right' } as const

/**
 * What one server's answers to a Service's own name mean. The other family is judged where the Service says that it has
 * one alone: the second address of a dual-stack Service is not in the model.
 */
export function judgeName(
  service: Service,
  answers: readonly NameAnswer[],
  slices: readonly EndpointSlice[] | null,
): JudgedName {
  if (answers.length === 0) return { kind: 'unknown', why: 'not asked', silent: true }
  if (service.type === 'ExternalName') return judgeAlias(service.externalName ?? '', answers)
  const judged = service.clusterIP === 'None' ? judgeHeadless(answers, slices) : judgeAddress(service, answers)
  const half = answers.find((it) => it.answer === 'nxdomain' || it.answer === 'servfail' || it.answer === 'refused')
  return judged.kind === 'right' && half !== undefined ? { kind: 'half-failed', answer: half } : judged
}

function judgeAddress(service: Service, answers: readonly NameAnswer[]): JudgedName {
  const ip = service.clusterIP ?? ''
  const family = isIpv6(ip) ? 'AAAA' : 'A'
  const answer = answers.find((it) => it.type === family)
  if (answer === undefined) return { kind: 'unknown', why: 'not asked', silent: true }
  if (answer.answer !== 'ok') return failed(answer)
  if (!answer.addresses.every((it) => same(it, ip))) return { kind: 'address', answer, right: [ip] }
  const other = answers.find((it) => it.type !== family && it.addresses.length > 0)
  return other !== undefined && service.families?.length === 1 ? { kind: 'other-family', answer: other } : right
}

/**
 * CoreDNS names the endpoints that are ready; `publishNotReadyAddresses` makes all of them so (endpointslice
 * controller).
 */
function judgeHeadless(answers: readonly NameAnswer[], slices: readonly EndpointSlice[] | null): JudgedName {
  if (slices === null) return { kind: 'unknown', why: 'its endpoints could not be read', silent: true }
  const all = slices.flatMap((it) => it.endpoints)
  const said = answers.flatMap((it) => it.addresses)
  const [first] = answers
  if (said.length > 0) {
    // Endpoints come and go while the probe runs: one that fits is enough, unless what is gone may be kept for long.
    if (said.some((ip) => all.some((it) => same(it.ip, ip)))) return staleIn(answers, all) ?? right
    const answer = answers.find((it) => it.addresses.length > 0)
    return answer === undefined
      ? right
      : { kind: 'address', answer, right: all.filter((it) => it.ready).map((it) => it.ip) }
  }
  if (first === undefined || !all.some((it) => it.ready))
    return { kind: 'unknown', why: 'it has no ready endpoint, so there is no address to compare with', silent: false }
  return failed(answers.find((it) => it.answer !== 'nodata') ?? first)
}

/** kubeadm's Corefile lets answers be kept for 30 s (`ttl 30`): what heals within that is no fault. */
const usualTtl = 30

/**
 * Whether the answer may have been made before the Service was: a name that is taken again, or that was asked for too
 * early. What a cache keeps for 30 s in all has less left than the Service's age leaves of them.
 */
export function mayBeFromBefore({ youngSeconds }: Service, wrong: WrongName): boolean {
  if (youngSeconds === undefined || (wrong.kind !== 'address' && wrong.kind !== 'denied')) return false
  return youngSeconds + (wrong.answer.ttl ?? 0) <= usualTtl
}

function staleIn(answers: readonly NameAnswer[], all: readonly Endpoint[]): WrongName | null {
  for (const answer of answers) {
    const gone = answer.addresses.filter((ip) => !all.some((it) => same(it.ip, ip)))
    if (gone.length > 0 && (answer.ttl ?? 0) > usualTtl) return { kind: 'stale', answer, gone }
  }
  return null
}

/**
 * The names of ExternalName Services that lead round in a circle, beginning with this one's; null where it ends. A
 * chain that leaves the cluster is not followed.
 */
export function circleOf(service: Service, services: readonly Service[], domain: string): readonly string[] | null {
  const find = servicesByDnsName(services)(domain)
  const seen: Service[] = []
  let at: Service | undefined = service
  while (at?.type === 'ExternalName' && seen.length < longestCircle) {
    if (seen.includes(at)) return [...seen, at].map((it) => `${it.namespace}/${it.name}`)
    seen.push(at)
    at = find.get((at.externalName ?? '').replace(/\.$/, '').toLowerCase())
  }
  return null
}

const servicesByDnsName = once((services: readonly Service[]) => {
  const domains = new Map<string, ReadonlyMap<string, Service>>()
  return (domain: string): ReadonlyMap<string, Service> =>
    put(
      domains,
      domain,
      () => new Map(services.map((it) => [`${it.name}.${it.namespace}.svc.${domain}`.toLowerCase(), it])),
    )
})

/** No resolver follows nearly as many aliases. */
const longestCircle = 100

function judgeAlias(target: string, answers: readonly NameAnswer[]): JudgedName {
  const wanted = target.replace(/\.$/, '').toLowerCase()
  const given = answers.find((it) => it.addresses.length > 0)
  // A server may have followed the alias without showing it; an alias that leads elsewhere is another answer.
  const elsewhere = answers.find((it) => it.aliases.length > 0 && it.aliases[0]?.toLowerCase() !== wanted)
  if (elsewhere !== undefined) return { kind: 'address', answer: elsewhere, right: [wanted] }
  if (given !== undefined) return given.aliases.length > 0 ? right : { kind: 'address', answer: given, right: [wanted] }
  const alias = answers.find((it) => it.aliases.length > 0)
  const denial = answers.find((it) => it.answer === 'nxdomain' || it.answer === 'nodata')
  if (denial !== undefined) return { kind: 'nowhere', answer: alias ?? denial, target: wanted }
  const [first] = answers
  return first === undefined ? { kind: 'unknown', why: 'not asked', silent: true } : failed(first)
}

function failed(answer: NameAnswer): JudgedName {
  switch (answer.answer) {
    case 'nxdomain':
    case 'nodata':
      return { kind: 'denied', answer }
    case 'servfail':
    case 'refused':
    case 'other-name':
      return { kind: 'error', answer }
    default:
      return { kind: 'unknown', why: answer.answer, silent: true }
  }
}

/** One spelling of an address; IPv6 has many. */
function same(a: string, b: string): boolean {
  return a === b || (isIpv6(a) && isIpv6(b) && squeezed(a) === squeezed(b))
}

function squeezed(ip: string): string {
  const [left = '', tail] = ip.toLowerCase().split('::')
  const words = (text: string): readonly string[] => (text === '' ? [] : text.split(':'))
  const [before, after] = [words(left), words(tail ?? '')]
  const zeros =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0')
  return [...before, ...zeros, ...after].map((it) => it.replace(/^0+(?=.)/, '')).join(':')
}

/** Answers to the Services' own names, by Service and server. */
export function answersOfServices({ answers }: NameAnswers): ReadonlyMap<string, readonly (readonly NameAnswer[])[]> {
  const own = answers.filter((it) => it.reason.kind === 'service')
  const byService = Map.groupBy(own, ({ reason }) =>
    reason.kind === 'service' ? `${reason.service.namespace}/${reason.service.name}` : '',
  )
  return new Map(
    [...byService].map(([key, its]) => [key, [...Map.groupBy(its, (it) => `${it.node} ${it.server.ip}`).values()]]),
  )
}

/** A line of the Corefile that may stand between a Service and its name. `sure`: it names this very name. */
export interface CorefileReason {
  readonly line: number
  readonly text: string
  readonly mark: string
  readonly how:
    | 'hosts'
    | 'rewrite'
    | 'template'
    | 'dns64'
    | 'view'
    | 'other-zone'
    | 'no-kubernetes'
    | 'cache'
    /** An address of before, which the answer's own time lets everybody keep. */
    | 'kept'
    | TakingOption
}

/**
 * Why a server says something else than the Service: plugins that come before `kubernetes` in CoreDNS's own order
 * (plugin.cfg), a server block for a narrower zone, a list of namespaces, a cache of denials.
 */
export function corefileReason(
  corefile: Corefile,
  { kind, answer }: Pick<WrongName, 'kind' | 'answer'>,
  service: Service,
  named: Named,
): CorefileReason | null {
  const bare = bareName(answer.name)
  const serving = corefile.servers
    .flatMap((server) => server.keys.map((key) => ({ server, zone: zoneOf(key) })))
    .filter(({ zone }) => isWithin(bare, zone))
    .toSorted((a, b) => b.zone.length - a.zone.length)[0]
  if (serving === undefined) return null
  const { plugins } = serving.server
  const before = lineBefore(plugins, bare, { kind, answer })
  if (before !== null) return before
  const kubernetes = plugins.find((it) => it.name === 'kubernetes')
  if (kubernetes === undefined)
    return {
      line: serving.server.line,
      text: serving.server.keys.join(' '),
      mark: serving.server.keys[0] ?? '',
      how: serving.zone === '' ? 'no-kubernetes' : 'other-zone',
    }
  const left = kind === 'other-family' ? null : optionThatTakes(kubernetes, service, named)
  if (left !== null) return reason(left.line, left.option)
  const cache = plugins.find((it) => it.name === 'cache')
  if (kind === 'denied' && cache !== undefined)
    return reason(cache.block?.find((it) => it.name === 'denial') ?? cache, 'cache')
  const file = plugins.find((it) => it.name === 'hosts' && it.args.length > 0)
  if (isGiven(kind) && file !== undefined) return reason(file, 'hosts')
  return kind === 'address' && (answer.ttl ?? 0) > usualTtl ? keeping(kubernetes, cache) : null
}

/** What lets an answer be kept for so long. */
function keeping(kubernetes: CorefilePlugin, cache: CorefilePlugin | undefined): CorefileReason | null {
  const keeper = kubernetes.block?.find((it) => it.name === 'ttl') ?? cache
  return cache === undefined || keeper === undefined ? null : reason(keeper, 'kept')
}

function isGiven(kind: WrongName['kind']): boolean {
  return kind === 'address' || kind === 'other-family'
}

function reason(it: CorefilePlugin, how: CorefileReason['how'], mark = it.name): CorefileReason {
  return { line: it.line, text: [it.name, ...it.args].join(' '), mark, how }
}

/** The line that answers, or asks for another name, before `kubernetes` is reached. */
function lineBefore(
  plugins: readonly CorefilePlugin[],
  bare: string,
  { kind, answer }: Pick<WrongName, 'kind' | 'answer'>,
): CorefileReason | null {
  const hasWord = (it: CorefilePlugin): boolean =>
    [it.name, ...it.args].some((one) => one.toLowerCase().replace(/\.$/, '') === bare)
  const entry = plugins
    .filter((it) => it.name === 'hosts')
    .flatMap((it) => it.block ?? [])
    .find(hasWord)
  if (isGiven(kind) && entry !== undefined) return reason(entry, 'hosts', bare)
  const rewrites = plugins.filter((it) => it.name === 'rewrite')
  const lines = rewrites.flatMap((it) => (it.args.length > 0 ? [it] : (it.block ?? [])))
  const rewrite = lines.find((it) => isAbout(it, bare) || (kind === 'denied' && asksOtherType(it)))
  if (rewrite !== undefined) return reason(rewrite, 'rewrite')
  const template = plugins.find(
    (it) =>
      it.name === 'template' &&
      (it.block ?? [])
        .filter((one) => one.name === 'match')
        .every((one) => one.args.some((arg) => fits(arg, `${bare}.`))),
  )
  if (template !== undefined) return reason(template, 'template')
  const dns64 = plugins.find((it) => it.name === 'dns64')
  if (kind === 'other-family' && dns64 !== undefined) return reason(dns64, 'dns64')
  const view = plugins.find((it) => it.name === 'view')
  return answer.answer === 'refused' && view !== undefined ? reason(view, 'view') : null
}

/** `rewrite type A AAAA`: whoever asks for an address is told of another type, which the Service may not have. */
function asksOtherType(rewrite: CorefilePlugin): boolean {
  const words = [rewrite.name, ...rewrite.args].filter((it) => !['rewrite', 'stop', 'continue'].includes(it))
  return words[0] === 'type' && words[1]?.toUpperCase() === 'A' && words[2]?.toUpperCase() !== 'A'
}

/**
 * `rewrite name exact FROM TO`, `rewrite name FROM TO`, `rewrite stop name regex FROM TO` …, and the same of `rcode`,
 * which makes another answer of what the name got (plugin/rewrite).
 */
function isAbout(rewrite: CorefilePlugin, bare: string): boolean {
  const words = [rewrite.name, ...rewrite.args].filter((it) => !['rewrite', 'stop', 'continue'].includes(it))
  if (words[0] !== 'name' && words[0] !== 'rcode') return false
  const [, how = '', from = ''] = words
  switch (how) {
    case 'prefix':
      return bare.startsWith(from.toLowerCase())
    case 'suffix':
      return `${bare}.`.endsWith(from.toLowerCase()) || bare.endsWith(from.toLowerCase())
    case 'substring':
      return bare.includes(from.toLowerCase())
    case 'regex':
      return fits(from, bare) || fits(from, `${bare}.`)
    default:
      return (how === 'exact' ? from : how).toLowerCase().replace(/\.$/, '') === bare
  }
}

/** The letter case is no matter in a DNS name; what does not compile is not judged. */
function fits(pattern: string, text: string): boolean {
  return matches(pattern, text, true) === true
}
