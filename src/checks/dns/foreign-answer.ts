import { askedCorefile } from '../../relations/dns/asked-blocks.ts'
import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Known } from '../../model/known.ts'
import type { Crossing } from '../../model/crossing.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import type { NameAnswers } from '../../model/name-answers.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { count, some } from '../../phrases.ts'
import { corefileEvidence, corefileObject } from '../../relations/dns/corefile-text.ts'
import { leftInName, type NameRule, nameRules, rewritten, rewriteWords } from '../../relations/dns/rewrite-rules.ts'
import { toldCalls } from '../../relations/service/called-services.ts'
import { answersOfServices } from '../../relations/service/service-names.ts'
import { dnsForeignAnswer, hostUnknown, nameWrong } from '../../relations/symptom.ts'
import { restart, serverArgs } from './server-words.ts'

/**
 * CoreDNS's `rewrite name` looks up another name, and hands on what comes: the question is put back, the records keep
 * the other name unless the rule says otherwise (plugin/rewrite/reverter.go). glibc goes by the name on the record.
 */
export default check({
  code: 'DNS194',
  slug: 'dns/foreign-answer',
  title: 'DNS answers with records of another name than was asked for',
  fine: 'answers bear the name that was asked for',
  severity: 'error',
  needs: ['clusterDns'],
  wants: ['nameAnswers', 'dnsProbe', 'crossings', 'pods', 'services'],
  remedies: [],
  decides: ['DNS-56'],

  run({ clusterDns, nameAnswers, dnsProbe, crossings, pods, services }) {
    const heard = heardOf(nameAnswers, dnsProbe)
    const corefile = clusterDns.corefile.known ? askedCorefile(clusterDns.corefile.value, clusterDns) : null
    const all = corefile === null ? [] : nameRules(corefile)
    // A name that nobody has is answered under none: DNS225.
    const rules = all.filter((it) => !it.restores && leftInName(it) === null && it.zones.some(mayBeAsked))
    const unfound = crossings.known ? crossings.value.filter((it) => it.result === 'no-name') : []
    const about = { dns: clusterDns, pods, unfound, services: foreignServices(nameAnswers, services) }
    const byRule = rules.flatMap((rule): readonly Verdict<Foreign>[] => {
      const its = heard.filter((it) => rewritten(rule, it.name) !== null)
      // Another text runs, or who answers puts the name back himself.
      const isWell = its.length > 0 && its.every((it) => !it.foreign)
      return isWell ? [] : [ofRule(rule, its, about)]
    })
    const strange = heard.filter((it) => it.foreign && !rules.some((rule) => rewritten(rule, it.name) !== null))
    const found = strange.length === 0 ? byRule : [...byRule, ofNobody(strange, heard, about)]
    if (found.length > 0) return found
    const examined = heard.length + all.length
    return examined > 0 ? ok(examined) : notApplicable('no name was asked for, and the Corefile rewrites none')
  },

  words: {
    headline: ({ args }) =>
      args.rule === null
        ? `DNS answers ${some(args.names)} with records of another name: images with glibc don't find it.`
        : `Names that the Corefile rewrites (line ${args.line}) ` +
          `${args.bad + args.unfound.length > 0 ? 'are' : 'would be'} answered under another name: ` +
          `images with glibc don't find ${args.names.length > 0 ? some(args.names) : 'them'}.`,
    detail: ({ subject: on, args }) =>
      `${on.kind} ${on.namespace}/${on.name} · ` +
      (args.rule === null ? '' : `line ${args.line} · \`rewrite ${args.rule}\` does not take the name back · `) +
      (args.of === 0 ? 'no such name was asked for' : `${args.bad} of ${count(args.of, 'answer')} bore another name`) +
      (args.unfound.length === 0 ? '' : ` · not found inside ${some(args.unfound)}`) +
      (args.callers.length === 0 ? '' : ` · told to call such a name: ${some(args.callers)}`),
    note: () =>
      'glibc (Debian, Ubuntu, Red Hat images) throws away records whose name is not the one that was asked for, or ' +
      'what its aliases lead to; musl (Alpine), c-ares and Go do not look, so that one image works and the next fails',
    help: ({ subject: on, args }) => [
      args.rule === null
        ? 'find who rewrites names on the way: a server that CoreDNS forwards to, or a proxy before it'
        : 'let the rule take the name back: add `answer auto` to it (CoreDNS 1.9 and later), or ' +
          '`answer name FROM TO` to one of `regex`',
      `kubectl -n ${on.namespace} edit configmap ${on.name}`,
      ...(args.names[0] === undefined ? [] : [`hopscope resolve ${args.names[0]}`]),
      ...(args.rule === null ? [] : restart(`${on.namespace}`, args)),
    ],
  },
})

type Foreign = {
  readonly podLabels: string
  readonly maker: string
  readonly rule: string | null
  readonly line: number | null
  /** As they were asked for. */
  readonly names: readonly string[]
  readonly bad: number
  readonly of: number
  /** Pods inside of which such a name led to no address. */
  readonly unfound: readonly string[]
  readonly callers: readonly string[]
}

/** A brace too many in a Corefile is the name of one more zone, and of no host. */
const mayBeAsked = (zone: string): boolean => !/^[{}]+$/.test(zone)

/** One answer that holds records, or that holds some of another name. */
interface Heard {
  readonly name: string
  readonly foreign: boolean
}

function heardOf(names: Known<NameAnswers>, probe: Known<DnsProbe>): readonly Heard[] {
  const asked = names.known ? names.value.answers : []
  const series = probe.known ? [...probe.value.series, ...(probe.value.named ?? [])] : []
  return [
    ...asked
      .filter((it) => it.answer === 'ok' || it.answer === 'other-name')
      .map((it) => ({ name: it.name, foreign: it.answer === 'other-name' })),
    ...series.flatMap((it) =>
      it.lookups.flatMap(({ a, aaaa }) =>
        [a, aaaa]
          .filter((one) => one === 'ok' || one === 'other-name')
          .map((one) => ({ name: it.name, foreign: one === 'other-name' })),
      ),
    ),
  ]
}

interface About {
  readonly dns: ClusterDns
  readonly pods: Known<readonly Pod[]>
  readonly services: readonly Service[]
  /** Names that led to no address inside of a pod. */
  readonly unfound: readonly Crossing[]
}

/** Whose own names were answered so: what DNS165 says of each of them comes of this. */
function foreignServices(names: Known<NameAnswers>, services: Known<readonly Service[]>): readonly Service[] {
  if (!names.known || !services.known) return []
  const asked = answersOfServices(names.value)
  return services.value.filter((it) =>
    (asked.get(`${it.namespace}/${it.name}`) ?? []).flat().some((one) => one.answer === 'other-name'),
  )
}

function ofRule(rule: NameRule, heard: readonly Heard[], about: About): Verdict<Foreign> {
  const { dns } = about
  const text = dns.corefile.known ? dns.corefile.value : ''
  const bad = heard.filter((it) => it.foreign)
  const unfound = about.unfound.filter((it) => rewritten(rule, it.host) !== null)
  const { line } = rule.line
  const isWhole = rule.line.name === 'rewrite'
  return finding({
    subject: corefileObject(dns),
    confidence: bad.length > 0 ? 'observed' : 'inferred',
    // By the text alone: who asks for such a name, and with which C library, is not known.
    severity: bad.length + unfound.length > 0 ? 'error' : 'warning',
    args: {
      ...serverArgs(dns),
      rule: isWhole ? rewriteWords(rule.line).join(' ') : [rule.line.name, ...rule.line.args].join(' '),
      line,
      names: plain([...unfound.map((it) => ({ name: it.host })), ...bad]),
      bad: bad.length,
      of: heard.length,
      unfound: [...new Set(unfound.map((it) => `${it.from.namespace}/${it.from.pod}`))],
      callers: callersOf(rule, about.pods),
    },
    evidence: [
      corefileEvidence(dns, text, { line, mark: rule.line.name, label: 'nothing gives the answer its name back' }),
    ],
    causes: [
      ...(bad.length > 0 ? [dnsForeignAnswer, ...about.services.map(nameWrong)] : []),
      ...[...unfound.map((it) => it.host), ...bad.map((it) => it.name), ...calledHosts(rule, about.pods)].map(
        hostUnknown,
      ),
    ],
  })
}

function ofNobody(bad: readonly Heard[], heard: readonly Heard[], { dns, services }: About): Verdict<Foreign> {
  return finding({
    subject: corefileObject(dns),
    confidence: 'observed',
    args: {
      ...serverArgs(dns),
      rule: null,
      line: null,
      names: plain(bad),
      bad: bad.length,
      of: heard.length,
      unfound: [],
      callers: [],
    },
    evidence: [{ kind: 'fact', label: 'answered so', value: some(plain(bad)) }],
    causes: [dnsForeignAnswer, ...services.map(nameWrong)],
  })
}

function plain(heard: readonly Pick<Heard, 'name'>[]): readonly string[] {
  return [...new Set(heard.map((it) => it.name.replace(/\.$/, '')))].slice(0, 5)
}

/** Pods whose specs tell them to call a name that the rule rewrites: the name as it is, below no suffix. */
/** Programs that say that they don't find such a name do so for this. */
function calledHosts(rule: NameRule, pods: Known<readonly Pod[]>): readonly string[] {
  const told = pods.known ? toldCalls(pods.value).map(({ call }) => call.host) : []
  return [...new Set(told.filter((it) => it.includes('.') && rewritten(rule, it) !== null))]
}

function callersOf(rule: NameRule, pods: Known<readonly Pod[]>): readonly string[] {
  if (!pods.known) return []
  const its = toldCalls(pods.value).filter(({ call }) => call.host.includes('.') && rewritten(rule, call.host) !== null)
  return [...new Set(its.map(({ pod, call }) => `${pod.namespace}/${pod.name} (${call.host})`))]
}
