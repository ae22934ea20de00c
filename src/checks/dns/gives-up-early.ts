import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Crossing } from '../../model/crossing.ts'
import type { Known } from '../../model/known.ts'
import type { NameAnswer, NameAnswers } from '../../model/name-answers.ts'
import type { ProgramLog } from '../../model/program-log.ts'
import { count, ms as inMs } from '../../phrases.ts'
import { type InsidePod, insidePods } from '../../relations/dns/inside-pods.ts'
import { dnsLossInPod, hostUnknown } from '../../relations/symptom.ts'
import { bareName, isWithin } from '../../wire/dns-name.ts'
import { parseResolvConf } from '../../wire/resolv-conf.ts'
import { numberOption } from '../../wire/resolver-walk.ts'
import { fileEvidence, judgeEach, seenHere, seenIn, unseenPods, whose } from './inside-words.ts'

/**
 * `timeout` and `attempts` of resolv.conf say how long a resolver waits; glibc's and musl's own are 5 s and two tries.
 * A server that has to ask another one may need a second or two for a name that it does not have, and CoreDNS gives an
 * upstream 2 s a try (plugin/forward, readTimeout): who waits less gets EAI_AGAIN, and everybody else an answer.
 */
export default check({
  code: 'DNS213',
  slug: 'dns/gives-up-early',
  title: 'a program gives up on a lookup before DNS answers',
  fine: 'no pod that waits for DNS shorter than usual says that it gets no answer',
  severity: 'warning',
  needs: ['pods', 'insideViews'],
  wants: ['programLogs', 'crossings', 'nameAnswers'],
  remedies: [],
  decides: [],

  run({ pods, insideViews, programLogs, crossings, nameAnswers }) {
    const looked = insidePods(pods, insideViews).filter((it) => it.view.resolvConf.known)
    if (looked.length === 0)
      return unseenPods({ known: true, value: insideViews }) ?? notApplicable('no pod was looked into')
    return judgeEach(looked, (it) => judge(it, looked, { programLogs, crossings, nameAnswers }))
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${whose(on, args)} gives up on a lookup after ${args.waits} s` +
      (args.host === '' ? '' : `, and gets no answer for ${args.host}`) +
      (args.takes === null ? '.' : `: one for ${args.slow} takes ${inMs(args.takes)}.`),
    detail: ({ args }) =>
      `${seenIn(args)} · options ${args.options} · ${count(args.times, 'lookup')} without an answer`,
    note: ({ args }) =>
      args.takes === null
        ? 'who waits 5 s, as is usual, may be answered: that was not measured for this name'
        : 'with the usual 5 s it is answered; the next program that asks within the TTL gets it from the cache at once',
    help: ({ subject: on, args }) => [
      'take `timeout` and `attempts` out of dnsConfig.options, or raise them; then see why that name takes so long',
      `kubectl -n ${on.namespace} get ${on.kind.toLowerCase()} ${on.name} -o yaml | grep -A8 dnsConfig`,
      `hopscope resolve ${args.host === '' ? 'NAME' : args.host} -n ${on.namespace}`,
    ],
  },
})

/** One try of the C libraries' own (resolv.conf(5): `timeout:5`). */
const usualSeconds = 5

/** For how long the resolver waits in all, where that is shorter than usual; null: it is not. */
function patienceOf(text: string): number | null {
  const { options, nameservers } = parseResolvConf(text)
  const all =
    Math.max(1, numberOption(options, 'timeout') ?? usualSeconds) *
    Math.max(1, numberOption(options, 'attempts') ?? 2) *
    Math.max(1, nameservers.length)
  return all < usualSeconds ? all : null
}

interface Around {
  readonly programLogs: Known<readonly ProgramLog[]>
  readonly crossings: Known<readonly Crossing[]>
  readonly nameAnswers: Known<NameAnswers>
}

interface Unanswered {
  /** null: the program does not say. */
  readonly host: string | null
  readonly times: number
}

/** What this container got no answer for: by its own words, or by what was tried in it. */
function unansweredIn({ view }: InsidePod, { programLogs, crossings }: Around): readonly Unanswered[] {
  const said = (programLogs.known ? programLogs.value : [])
    .filter((it) => it.namespace === view.namespace && it.pod === view.pod && it.container === view.container)
    .flatMap((it) => it.complaints.filter((one) => one.kind === 'no-dns' && one.times > 1))
  const tried = (crossings.known ? crossings.value : []).filter(
    (it) => it.again === true && it.from.namespace === view.namespace && it.from.pod === view.pod,
  )
  return [...said, ...tried.map(({ host }) => ({ host, times: 1 }))]
}

function textOf({ view }: InsidePod): string {
  return view.resolvConf.known ? view.resolvConf.value : ''
}

/** Where those who wait as usual get no answer either, waiting is not the matter. */
function isOfAll(host: string | null, all: readonly InsidePod[], around: Around): boolean {
  const others = all.filter((one) => patienceOf(textOf(one)) === null)
  return others.some((one) => unansweredIn(one, around).some((its) => its.host === host))
}

function judge(it: InsidePod, all: readonly InsidePod[], around: Around) {
  const text = textOf(it)
  const waits = patienceOf(text)
  const [first, ...more] = waits === null ? [] : unansweredIn(it, around).toSorted((a, b) => b.times - a.times)
  if (waits === null || first === undefined) return ok(1)
  const host = first.host ?? more.find((one) => one.host !== null)?.host ?? null
  const slow = host === null ? null : slowAnswer(host, waits * 1000, around.nameAnswers)
  if (slow === null && isOfAll(host, all, around)) return ok(1)
  const pod = { namespace: it.view.namespace, name: it.view.pod }
  return finding({
    subject: it.workload,
    severity: slow === null ? 'warning' : 'error',
    confidence: slow === null ? 'possible' : 'inferred',
    args: {
      ...seenHere(it),
      waits,
      host: host ?? '',
      times: first.times,
      slow: slow === null ? '' : bareName(slow.name),
      takes: slow?.ms ?? null,
      options: parseResolvConf(text).options.join(' '),
    },
    symptoms: slow === null ? [] : [...(host === null ? [] : [hostUnknown(host)]), dnsLossInPod(pod)],
    evidence: [
      fileEvidence(it, { path: '/etc/resolv.conf', text, mark: 'timeout', label: `gives up after ${waits} s` }),
      ...(slow === null
        ? []
        : [{ kind: 'fact' as const, label: `${bareName(slow.name)} from ${slow.node}`, value: inMs(slow.ms ?? 0) }]),
    ],
  })
}

/** An answer for this name, or the zone that it is in, that came later than this. */
function slowAnswer(host: string, waitsMs: number, names: Known<NameAnswers>): NameAnswer | null {
  const all = names.known ? [...names.value.answers, ...(names.value.upstreams ?? [])] : []
  return (
    all.find(
      (it) =>
        (it.reason.kind === 'outside' || it.reason.kind === 'upstream') &&
        isWithin(bareName(host), bareName(it.name)) &&
        (it.ms ?? 0) >= waitsMs &&
        it.answer !== 'timeout',
    ) ?? null
  )
}
