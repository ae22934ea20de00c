import { check } from '../../findings/check.ts'
import type { Evidence } from '../../findings/evidence.ts'
import { finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { InsideView } from '../../model/inside.ts'
import type { Known } from '../../model/known.ts'
import type { NameAnswer, NameAnswers } from '../../model/name-answers.ts'
import type { Pod } from '../../model/pod.ts'
import { type Subject, subject, subjectKey } from '../../model/subject.ts'
import { dnsServerSubject } from '../../relations/dns/dns-servers.ts'
import { suffixEnds } from '../../relations/symptom.ts'
import { insidePods } from '../../relations/dns/inside-pods.ts'
import { some } from '../../phrases.ts'
import { parseResolvConf } from '../../wire/resolv-conf.ts'

/**
 * A search list is gone through as long as each suffix says NXDOMAIN. musl ends at a suffix that says "this name is
 * here, and has no address" (src/network/lookup_name.c, name_from_dns_search), and waits in vain where one answers
 * SERVFAIL or REFUSED, or nothing (res_msend.c takes none of them for an answer); glibc goes on, after its whole
 * timeout where it is silence (resolv/res_query.c). Of `.` in the list musl makes a query that ends in two dots, which
 * no server takes (kubernetes/kubernetes#112135). Measured with musl 1.2.3 and glibc 2.36.
 */
export default check({
  code: 'DNS183',
  slug: 'dns/suffix-ends-lookups',
  title: 'a suffix of the search list ends the lookup of outside names',
  fine: 'each suffix of the search list says of names that it lacks that they are not there',
  severity: 'warning',
  needs: ['nameAnswers', 'clusterDns'],
  wants: ['pods', 'insideViews'],
  remedies: [],
  decides: [],

  run({ nameAnswers, clusterDns, pods, insideViews }) {
    const below = nameAnswers.answers.filter((it) => suffixOf(it) !== null)
    const roots = [...nodesWithRoot(nameAnswers), ...podsWithRoot(nameAnswers, pods, insideViews)]
    if (below.length === 0 && roots.length === 0) return notApplicable('no name was asked for below a suffix')
    const bySuffix = Map.groupBy(below, (it) => suffixOf(it) ?? '')
    const on = dnsServerSubject(clusterDns)
    const found = [...bySuffix].flatMap(([suffix, its]): readonly Verdict<Ends>[] => {
      const all = its.filter((it) => ends[it.answer] !== undefined && isReached(it, nameAnswers))
      const isNodes = (it: NameAnswer): boolean => isSaidOfServices(it, suffix, nameAnswers, clusterDns.domain)
      const own = all.filter((it) => !isNodes(it))
      const bad = own.length > 0 ? own : all
      const [first] = bad
      if (first === undefined || isMereLoss(bad, its)) return []
      return [
        finding({
          subject: on,
          confidence: 'observed',
          args: {
            suffix,
            names: [...new Set(bad.map((it) => it.name.replace(/\.$/, '')))],
            says: first.answer === 'nodata' ? 'NOERROR without an address' : (first.rcode ?? first.answer),
            answer: first.answer,
            bad: bad.length,
            of: its.length,
            nodes: [...new Set(bad.map((it) => it.node))],
            services: own.length === 0,
            refused: isRefused(bad, suffix, clusterDns.domain),
          },
          symptoms:
            own.length === 0 || isRefused(bad, suffix, clusterDns.domain)
              ? [...new Set(bad.map((it) => suffixEnds(it.node)))]
              : [],
          evidence: bad.slice(0, 4).map((it): Evidence => ({
            kind: 'fact',
            label: `${it.name.replace(/\.$/, '')} from ${it.node}`,
            value: it.rcode === null ? it.answer : `${it.rcode}, ${it.addresses.length} addresses`,
          })),
        }),
      ]
    })
    return found.length + roots.length === 0 ? ok(below.length) : [...roots, ...found]
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.suffix === '.'
        ? `The search list of ${nameOf(on)} has \`.\` in it: Alpine (musl) images do not find outside names there.`
        : `Suffix ${args.suffix} of the search list answers${args.services ? ` ${some(args.nodes)}` : ''} ` +
          `${args.says} for names that it does not have: ` +
          `${ends[args.answer]?.who ?? 'programs'} come to the name itself late or never.`,
    detail: ({ args }) =>
      args.suffix === '.'
        ? `search ${args.names.join(' ')}`
        : `${args.bad} of ${args.of} names below it, from ${some(args.nodes)} · ` +
          'NXDOMAIN is what lets a resolver go on',
    note: ({ args }) => {
      if (args.suffix === '.') return 'musl makes a broken query of it, and waits 5 s in vain'
      if (args.services) return 'names of Services that are there are answered so as well: not the suffix is at fault'
      return ends[args.answer]?.why ?? null
    },
    help: ({ args }) => (args.suffix === '.' ? rootHelp : helpOf(args)),
  },
})

const rootHelp: readonly string[] = [
  'systemd-resolved writes `search .` for a host name with dots: give kubelet a resolv.conf without it ' +
    '(--resolv-conf, resolvConf), or set `Domains=` for the link',
  'in one workload: its own searches in dnsConfig, with dnsPolicy None, or ndots:1',
]

function helpOf(args: Ends): readonly string[] {
  if (args.services)
    return [
      `find why ${some(args.nodes)} gets such answers for names of the cluster: this goes with it`,
      ...args.names.slice(0, 1).map((it) => `hopscope resolve ${it}`),
    ]
  if (args.refused)
    return [
      'find who refuses names of the cluster: an acl of the Corefile, or another server in its place; ' +
        'the search list is as it should be',
      ...args.names.slice(0, 1).map((it) => `hopscope resolve ${it}`),
    ]
  return [
    `let the server of zone ${args.suffix} answer NXDOMAIN, or take the suffix out of the search list ` +
      "(of the node's resolv.conf, or dnsConfig)",
    'a last dot, or ndots:1 in dnsConfig, helps one program',
    ...args.names.slice(0, 1).map((it) => `hopscope resolve ${it}`),
  ]
}

function nameOf({ kind, namespace, name }: Subject): string {
  return kind === 'Node' ? `pods on node ${name}` : `${kind} ${namespace}/${name}`
}

function rootFinding(on: Subject, suffixes: readonly string[], nodes: readonly string[]): Verdict<Ends> {
  return finding({
    subject: on,
    confidence: 'inferred',
    args: {
      suffix: '.',
      names: suffixes,
      says: 'nothing',
      answer: 'timeout',
      bad: 1,
      of: 1,
      nodes,
      services: false,
      refused: false,
    },
    evidence: [{ kind: 'fact', label: '/etc/resolv.conf', value: `search ${suffixes.join(' ')}` }],
  })
}

function nodesWithRoot({ searches }: NameAnswers): readonly Verdict<Ends>[] {
  return searches
    .filter((it) => it.ndots > 1 && it.suffixes.includes('.'))
    .map((it) => rootFinding(subject('Node', null, it.node), it.suffixes, [it.node]))
}

/** Those that do not have it from their node: dnsConfig, or a file of their own. */
function podsWithRoot(
  { searches }: NameAnswers,
  pods: Known<readonly Pod[]>,
  insideViews: Known<readonly InsideView[]>,
): readonly Verdict<Ends>[] {
  if (!pods.known || !insideViews.known) return []
  const nodes = new Set(searches.filter((it) => it.suffixes.includes('.')).map((it) => it.node))
  const found = insidePods(pods.value, insideViews.value).flatMap(({ pod, view, workload }) => {
    if (!view.resolvConf.known || (pod.node !== null && nodes.has(pod.node))) return []
    const { search, ndots } = parseResolvConf(view.resolvConf.value)
    return ndots > 1 && search.includes('.') && view.libc !== 'glibc'
      ? [{ workload, verdict: rootFinding(workload, search, pod.node === null ? [] : [pod.node]) }]
      : []
  })
  return [...new Map(found.map((it) => [subjectKey(it.workload), it.verdict])).values()]
}

type Ends = {
  readonly suffix: string
  readonly names: readonly string[]
  readonly says: string
  readonly answer: NameAnswer['answer']
  readonly bad: number
  readonly of: number
  readonly nodes: readonly string[]
  /** The servers say the same there of Services that exist: an `acl`, or whoever answers in their place. */
  readonly services: boolean
  /** Names of the cluster's own zone are refused, which its DNS server does to nobody of itself. */
  readonly refused: boolean
}

const silence = 'musl gives up after 5 s; glibc waits 10 s, and asks for the name itself then'

/** Answers after which a resolver does not go on to the next suffix: whose, and what becomes of it. */
const ends: Readonly<Partial<Record<NameAnswer['answer'], { readonly who: string; readonly why: string }>>> = {
  nodata: {
    who: 'Alpine (musl) images',
    why: 'musl takes it for an answer: the name exists and has no address. glibc goes on',
  },
  servfail: { who: 'Alpine (musl) images', why: 'musl waits 5 s for a better answer, and gives up. glibc goes on' },
  refused: { who: 'Alpine (musl) images', why: 'musl waits 5 s for a better answer, and gives up. glibc goes on' },
  timeout: { who: 'programs', why: silence },
  unreachable: { who: 'programs', why: silence },
}

function suffixOf({ reason }: NameAnswer): string | null {
  return reason.kind === 'outside' || reason.kind === 'random' ? reason.suffix : null
}

/** Names of the cluster's own zone alone: of another zone a server may say what it will. */
function isSaidOfServices(
  { node, answer, server }: NameAnswer,
  suffix: string,
  { answers }: NameAnswers,
  domain: string,
): boolean {
  if (!isBelow(suffix, domain)) return false
  const services = answers.filter(
    (it) => it.reason.kind === 'service' && it.node === node && it.server.ip === server.ip && it.type === 'A',
  )
  return services.some((it) => it.answer === answer) && services.every((it) => it.answer !== 'ok')
}

/** CoreDNS answers for the zones of `kubernetes`, yes or no: REFUSED is an acl's, or somebody else's. */
function isRefused(bad: readonly NameAnswer[], suffix: string, domain: string): boolean {
  return isBelow(suffix, domain) && bad.every((it) => it.answer === 'refused')
}

function isBelow(suffix: string, domain: string): boolean {
  return suffix === domain || suffix.endsWith(`.${domain}`)
}

/** Silence is a suffix's own where all nodes meet it, and nothing below it was answered; else packets were lost. */
function isMereLoss(bad: readonly NameAnswer[], of: readonly NameAnswer[]): boolean {
  const isSilent = (it: NameAnswer): boolean => it.answer === 'timeout' || it.answer === 'unreachable'
  return bad.every(isSilent) && (new Set(bad.map((it) => it.node)).size < 2 || !of.every(isSilent))
}

/**
 * A suffix that a pod of that node has in its list, and a name that has an answer without it: where outside names fail
 * as they are, the suffix is not what ends them.
 */
function isReached(it: NameAnswer, { answers, searches }: NameAnswers): boolean {
  const own = searches.find((one) => one.node === it.node)
  const suffix = suffixOf(it)
  if (own !== undefined && (own.ndots < 2 || !own.suffixes.some((one) => one.replace(/\.$/, '') === suffix)))
    return false
  return answers.some(
    (one) => one.node === it.node && one.reason.kind === 'outside' && one.reason.suffix === null && one.answer === 'ok',
  )
}
