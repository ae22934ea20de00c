import { check } from '../../findings/check.ts'
import type { Evidence } from '../../findings/evidence.ts'
import { cannotTell, finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import type { NameAnswer, NameAnswers, SearchList } from '../../model/name-answers.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import type { Scope } from '../../model/sources.ts'
import { type Subject, subject, subjectKey } from '../../model/subject.ts'
import { count, full } from '../../phrases.ts'
import { originOf, serviceOfName, type SuffixOrigin, wildcardFor } from '../../relations/dns/answered-by-suffix.ts'
import { corefileEvidence } from '../../relations/dns/corefile-text.ts'
import { dnsServerSubject } from '../../relations/dns/dns-servers.ts'
import { outsideNameTaken } from '../../relations/symptom.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'
import { type CorefilePlugin, parseCorefile } from '../../wire/corefile.ts'

/**
 * With `ndots:5` an outside name is tried below every suffix of the search list first. Where a suffix answers it (a
 * wildcard of its zone, a namespace of the name `com`), the program is led there, and the real name is never asked.
 */
export default check({
  code: 'DNS166',
  slug: 'dns/suffix-answers',
  title: 'a suffix of the search list answers names that are not its own',
  fine: 'no suffix of the search list answers names that are not its own',
  severity: 'error',
  needs: ['nameAnswers', 'clusterDns'],
  wants: ['pods', 'services'],
  remedies: [],
  decides: [],

  run({ nameAnswers, clusterDns, pods, services, scope }) {
    const around = { nameAnswers, dns: clusterDns, pods, services, scope }
    const nodes = [
      ...new Set(
        nameAnswers.answers
          .filter((it) => it.reason.kind === 'outside' || it.reason.kind === 'random')
          .map((it) => it.node),
      ),
    ]
    const ways = nameAnswers.answers.filter((it) => it.reason.kind === 'way' && it.answer === 'ok')
    if (nodes.length === 0 && ways.length === 0) return notApplicable('no name was asked for below a suffix')
    const judged = nodes.map((node) => judge(nameAnswers, node))
    const bySuffix = Map.groupBy(
      judged.flatMap((it) => it.won),
      ({ answer }) => suffixOf(answer),
    )
    const found = [...bySuffix.values()].flatMap((its) => takenBelow(its, nodes, around))
    return [
      ...judged.flatMap((it) => it.verdict ?? []),
      ...uniqueBySubject([...found, ...ways.map((it) => wayWon(it, around))]),
    ]
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${args.typed} is answered by ${args.name} with ${args.says.join(', ')}, ` +
      `and by itself it is ${itselfText(args)}: ` +
      (args.taker === null
        ? `suffix ${args.suffix}${args.origin === 'pods' ? ` of ${on.kind} ${full(on)}` : ''} ` +
          'takes names that are not its own.'
        : `that is Service ${args.taker}, which has the outside name below suffix ${args.suffix}.`),
    detail: ({ args }) =>
      `${args.name} · ${args.says.join(', ')} · without the suffix: ${itselfText(args)} · ` +
      (args.taker === null ? wins[args.wins] : `the name of Service ${args.taker}`) +
      (args.pods === null ? '' : ` · the suffix is in dnsConfig of ${count(args.pods, 'pod')}`),
    note: () =>
      'with ndots:5 a name of fewer dots is tried below each suffix of the search list before it is tried as ' +
      'it is, and the first that exists wins',
    help: ({ subject: on, args }) => helpOf(on, args),
  },
})

type Won = {
  readonly typed: string
  readonly name: string
  readonly suffix: string
  /** The addresses that the name with the suffix is answered with. */
  readonly says: readonly string[]
  /** What the name as typed is answered with, or the error; null where it was not asked. */
  readonly itself: string | null
  /** The Service that was meant. */
  readonly service: string | null
  readonly wins: 'any-label' | 'this-name' | 'before-service'
  /** Who put the suffix into search lists. */
  readonly origin: SuffixOrigin['from']
  /** The Service that has this name; null where it is none's, or a label that nobody made is answered as well. */
  readonly taker: string | null
  /** How many have the suffix by their dnsConfig; null where it comes from elsewhere. */
  readonly pods: number | null
  /** Of the Corefile: the wildcard; null where it has none. */
  readonly line: number | null
}

const wins: Readonly<Record<Won['wins'], string>> = {
  'any-label': 'a label that does not exist is answered as well: a wildcard',
  'this-name': 'a label that does not exist is denied: only this name is there',
  'before-service': 'tried before the Service',
}

function itselfText({ itself, service }: Pick<Won, 'itself' | 'service'>): string {
  return service === null ? (itself ?? 'nothing') : `Service ${service}`
}

/** A suffix of the cluster's own stays: without it no pod finds a Service by its short name. */
function helpOf(on: Subject, args: Won): readonly string[] {
  const { typed, name, suffix, taker, origin, line } = args
  const wildcard = line === null ? `the wildcard out of zone ${suffix}` : `line ${line} out of the Corefile`
  const one = 'a last dot, or ndots:1, helps one program'
  const check = `hopscope resolve ${typed}`
  if (taker !== null) {
    const [namespace = '', service = ''] = taker.split('/')
    return [
      `give Service ${taker} another name, or move it to a namespace that is no domain of the internet; ${one}`,
      `kubectl -n ${namespace} get service ${service}`,
      check,
    ]
  }
  if (origin === 'cluster')
    return [
      args.wins === 'any-label' || line !== null
        ? `take ${wildcard}: the suffix itself is the cluster's own, and stays; ${one}`
        : `find what answers ${name} (hosts, rewrite, template or file of the Corefile), and take it out; ${one}`,
      check,
    ]
  const place = origin === 'pods' ? `dnsConfig.searches of ${on.kind} ${full(on)}` : "the node's resolv.conf"
  return [
    `take suffix ${suffix} out of ${place}${args.wins === 'any-label' ? `, or ${wildcard}` : ''}; ${one}`,
    ...(origin === 'pods'
      ? [`kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml | grep -A8 dnsConfig`]
      : []),
    check,
  ]
}

/** A name that was answered below a suffix, and what it is by itself. */
interface Answered {
  readonly answer: NameAnswer
  readonly own: NameAnswer | null
  readonly wins: Won['wins']
}

interface Around {
  readonly nameAnswers: NameAnswers
  readonly dns: ClusterDns
  readonly pods: Known<readonly Pod[]>
  readonly services: Known<readonly Service[]>
  readonly scope: Scope
}

function judge(
  given: NameAnswers,
  node: string,
): { readonly won: readonly Answered[]; readonly verdict: Verdict<never> | null } {
  const here = given.answers.filter((it) => it.node === node)
  const list = given.searches.find((it) => it.node === node)
  const asked = here.filter((it) => it.reason.kind === 'outside' && it.reason.suffix !== null)
  const named = asked.filter((it) => it.answer === 'ok' && isTried(it, list) && differs(it, itself(it, here)))
  const random = here.filter((it) => it.reason.kind === 'random' && it.answer === 'ok')
  const isAny = (suffix: string): boolean => random.some((it) => suffixOf(it) === suffix)
  // A name that has another address by itself says more than a label that nobody made.
  const all = [...named, ...(named.length > 0 ? [] : random)]
  const firsts = [...Map.groupBy(all, suffixOf).values()].flatMap((its) => its.slice(0, 1))
  if (firsts.length > 0) {
    const won = firsts.map((answer) => ({
      answer,
      own: itself(answer, here),
      wins: isAny(suffixOf(answer)) ? ('any-label' as const) : ('this-name' as const),
    }))
    return { won, verdict: null }
  }
  const silent = here.filter((it) => it.answer === 'timeout' || it.answer === 'unreachable').length
  if (asked.length === 0 || silent > asked.length / 2)
    return { won: [], verdict: cannotTell('too-few', `on ${node} names below the suffixes got no answer`) }
  return { won: [], verdict: ok(asked.length) }
}

function suffixOf({ reason }: NameAnswer): string {
  return 'suffix' in reason ? (reason.suffix ?? '') : ''
}

/** Without the pod's own list, the default of Kubernetes: ndots:5. */
function isTried({ reason }: NameAnswer, list: SearchList | undefined): boolean {
  return reason.kind === 'outside' && reason.typed.split('.').length - 1 < (list?.ndots ?? 5)
}

function itself({ reason }: NameAnswer, here: readonly NameAnswer[]): NameAnswer | null {
  return (
    here.find(
      (it) =>
        reason.kind === 'outside' &&
        it.reason.kind === 'outside' &&
        it.reason.typed === reason.typed &&
        it.reason.suffix === null,
    ) ?? null
  )
}

/** Big names answer in rotation: one address in common is the same place. */
function differs(won: NameAnswer, own: NameAnswer | null): boolean {
  return own === null || !won.addresses.some((ip) => own.addresses.includes(ip))
}

function saidOf({ answer, addresses, rcode }: NameAnswer): string {
  return answer === 'ok' ? addresses.join(', ') : (rcode ?? answer)
}

/** One suffix, by each node that saw it answer: one zone that answers everything is one fault, wherever it is seen. */
function takenBelow(its: readonly Answered[], nodes: readonly string[], around: Around): readonly Taken[] {
  const [first] = its
  if (first === undefined) return []
  const { pods, nameAnswers, dns } = around
  const suffix = suffixOf(first.answer)
  const origin = originOf(suffix, {
    domain: dns.domain,
    searches: nameAnswers.searches,
    pods: pods.known ? pods.value : null,
  })
  const taker = first.wins === 'any-label' ? null : takerOf(first.answer, around)
  if (taker !== null) return [taken(first, [subject('Service', taker.namespace, taker.name)], origin, around)]
  if (origin.from === 'pods') {
    const workloads = origin.pods.map(workloadOfPod)
    return [taken(first, [...new Map(workloads.map((it) => [subjectKey(it), it])).values()], origin, around)]
  }
  const isEverywhere = its.length === nodes.length && (nodes.length > 1 || origin.from === 'cluster')
  return isEverywhere
    ? [taken(first, [dnsServerSubject(dns)], origin, around)]
    : its.map((it) => taken(it, [subject('Node', null, it.answer.node)], origin, around))
}

/** By its name, unless Services were read and it is none of them: then a line of the Corefile answers. */
function takerOf(
  { name }: NameAnswer,
  { dns, services, scope }: Around,
): { readonly namespace: string; readonly name: string } | null {
  const named = serviceOfName(name.replace(/\.$/, ''), dns.domain)
  if (named === null || !services.known) return named
  if (scope.namespace !== null && scope.namespace !== named.namespace) return named
  return services.value.some((it) => it.namespace === named.namespace && it.name === named.name) ? named : null
}

interface Taken {
  readonly key: string
  readonly verdict: Verdict<Won>
}

function taken(
  { answer, own, wins }: Answered,
  [on = subject('Node', null, answer.node), ...also]: readonly Subject[],
  origin: SuffixOrigin,
  around: Around,
): Taken {
  const suffix = suffixOf(answer)
  const name = answer.name.replace(/\.$/, '')
  const taker = on.kind === 'Service' ? takerOf(answer, around) : null
  const isTaken = taker !== null && full(taker) === full(on)
  const { line, evidence } = taker === null ? wildcardIn(around.dns, name) : { line: null, evidence: [] }
  return {
    key: `${subjectKey(on)} ${suffix}`,
    verdict: finding({
      subject: on,
      also,
      confidence: 'observed',
      // Without a better answer of its own nobody is led astray: a resolver that answers everything is seldom meant.
      severity: own?.answer === 'ok' ? 'error' : 'warning',
      args: {
        typed: answer.reason.kind === 'outside' ? answer.reason.typed : name.slice(0, -suffix.length - 1),
        name,
        suffix,
        says: answer.addresses,
        itself: own === null ? null : saidOf(own),
        service: null,
        wins,
        origin: origin.from,
        taker: isTaken ? full(taker) : null,
        pods: origin.from === 'pods' ? origin.pods.length : null,
        line,
      },
      ...(isTaken ? { symptoms: [outsideNameTaken(taker)] } : {}),
      evidence: [
        { kind: 'fact', label: name, value: answer.addresses.join(', ') },
        { kind: 'fact', label: 'as it was typed', value: own === null ? 'not asked' : saidOf(own) },
        ...evidence,
      ],
    }),
  }
}

/** The line of the Corefile that may answer any label there. */
function wildcardIn(
  dns: ClusterDns,
  name: string,
): { readonly line: number | null; readonly evidence: readonly Evidence[] } {
  const found: CorefilePlugin | null = dns.corefile.known ? wildcardFor(parseCorefile(dns.corefile.value), name) : null
  if (found === null || !dns.corefile.known) return { line: null, evidence: [] }
  return {
    line: found.line,
    evidence: [
      corefileEvidence(dns, dns.corefile.value, {
        line: found.line,
        mark: ['template', ...found.args].join(' '),
        label: `makes an address for names as ${name}`,
      }),
    ],
  }
}

/** `cart.shop` in a pod of shop must not be found before cart.shop.svc. */
function wayWon(it: NameAnswer, around: Around): Taken {
  const { reason } = it
  const service = reason.kind === 'way' ? reason.service : { namespace: '', name: '' }
  const on = subject('Service', service.namespace, service.name)
  const name = it.name.replace(/\.$/, '')
  const typed = reason.kind === 'way' ? reason.typed : name
  const { line, evidence } = wildcardIn(around.dns, name)
  return {
    key: `${subjectKey(on)} way`,
    verdict: finding({
      subject: on,
      confidence: 'observed',
      args: {
        typed,
        name,
        suffix: suffixOf(it),
        says: it.addresses,
        itself: null,
        service: `${service.namespace}/${service.name}`,
        wins: 'before-service',
        origin: 'cluster',
        taker: null,
        pods: null,
        line,
      },
      evidence: [{ kind: 'fact', label: name, value: it.addresses.join(', ') }, ...evidence],
    }),
  }
}

function uniqueBySubject(its: readonly Taken[]): readonly Verdict<Won>[] {
  return [...new Map(its.map((it) => [it.key, it.verdict])).values()]
}
