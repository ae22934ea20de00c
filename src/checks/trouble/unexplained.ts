import { check } from '../../findings/check.ts'
import type { Trouble } from '../../findings/trouble.ts'
import { type Confidence, finding, notApplicable, ok, type Severity } from '../../findings/verdict.ts'
import type { Contacts } from '../../model/contacts.ts'
import type { InsideView } from '../../model/inside.ts'
import type { Known } from '../../model/known.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import { type Subject, subject, subjectKey } from '../../model/subject.ts'
import { nextLook } from './next-look.ts'
import { some } from '../../phrases.ts'
import { isHostKey } from '../../relations/symptom.ts'
import { named, severities, sufferersOf } from './weights.ts'

/** A server that says no has answered. */
const unanswered: ReadonlySet<string> = new Set(['timeout', 'unreachable', 'servfail', 'refused', 'truncated'])

const what: Readonly<Record<Trouble['kind'], string>> = {
  'lookup-failed': 'Lookups fail',
  'lookup-slow': 'Lookups are slow',
  'lookup-wrong': 'Lookups are answered wrongly',
  'server-error': 'A DNS server answers errors or reports them',
  'contact-failed': 'Connections fail',
  'bad-answer': 'Requests are answered badly',
  'not-as-declared': 'Something is not in the state that it should be in',
  reported: 'Something is reported',
}

/**
 * The net under all checks. What some user would complain about, and no cause answers for, stands here with whatever
 * halves the search: where it is bad, where the same thing is well, what to measure next.
 */
export default check({
  code: 'TRB901',
  slug: 'trouble/unexplained',
  title: 'something fails, and no known cause matches',
  fine: 'whatever was seen to fail has a known cause',
  severity: 'error',
  judges: 'leftovers',
  needs: [],
  wants: ['dnsProbe', 'insideViews', 'contacts', 'pods', 'nodes'],
  remedies: [],
  decides: [],

  run({ dnsProbe, insideViews, contacts, pods, nodes, troubles }) {
    const states = (pods.known ? pods.value.length : 0) + (nodes.known ? nodes.value.length : 0)
    const examined = states + (insideViews.known ? insideViews.value.length : 0) + measured(dnsProbe, contacts)
    // What is said and not seen has findings of its own (TRB903, TRB904).
    const seen = troubles.filter((it) => it.kind !== 'reported')
    if (seen.length === 0) return examined > 0 ? ok(examined) : notApplicable('nothing was looked at that could fail')
    const groups = [...Map.groupBy(seen, (it) => `${it.source} ${it.kind} ${it.weight}`).values()]
    return oneEach(groups).map((its) => told(its, contrast(its, dnsProbe, insideViews)))
  },

  words: {
    headline: ({ args }) =>
      args.isSaid
        ? `${args.what}: ${args.who}, ${args.how}.`
        : `${args.what}, and no known cause matches: ${args.who}.`,
    detail: ({ args }) =>
      `${args.bad} of ${args.of} · ${args.how}${args.slowest} · ${args.from} · asked: ${args.asked}`,
    note: ({ args }) =>
      [...(args.well === '' ? [] : [`${args.well}`]), ...(args.isSilent ? [unseenTable] : [])].join('; ') || null,
    help: ({ subject: on, args }) =>
      args.next !== ''
        ? ['look there next', ...`${args.next}`.split('\n')]
        : nextLook(`${args.source}`, on, { pod: `${args.pod}`, namespace: `${args.namespace}` }),
  },
})

/**
 * kube-proxy removes entries of UDP that lead to a pod that is gone, and has missed some (kubernetes#108523, #125467).
 * Whoever keeps its source port is sent there until nothing was sent for two minutes; a new socket, as each probe has,
 * is not.
 */
const unseenTable =
  "not looked at: the node's table of connections (as root there: conntrack -L -p udp), by which a program that " +
  'keeps its source port may still be sent to a pod that is gone'

/**
 * What the same ones suffer, seen in two ways or of two weights, is told once: as the worse of them, which is first.
 * A lookup that is lost once and then answered is slow, and one that is lost to the end fails: that is one trouble.
 */
function oneEach(groups: readonly (readonly Trouble[])[]): readonly (readonly Trouble[])[] {
  const same = Map.groupBy(groups, (its) => {
    const who = new Set(its.map((it) => subjectKey(it.sufferer)))
    const kind = its[0]?.kind.replace('lookup-slow', 'lookup-failed')
    return `${kind} ${[...who].toSorted().join(' ')}`
  })
  return [...same.values()].map((some) => some.flat().toSorted((a, b) => rank(a) - rank(b)))
}

function rank({ kind, weight }: Trouble): number {
  return order.indexOf(severities[weight]) * 2 + Number(kind === 'lookup-slow')
}

const order: readonly Severity[] = ['error', 'warning', 'info']

function measured(dnsProbe: Known<DnsProbe>, contacts: Known<Contacts>): number {
  const lookups = dnsProbe.known ? dnsProbe.value.series.reduce((sum, it) => sum + it.lookups.length, 0) : 0
  return lookups + (contacts.known ? contacts.value.connects.length + contacts.value.http.length : 0)
}

function told(its: readonly Trouble[], well: string) {
  const [first] = its
  if (first === undefined) return notApplicable('no trouble')
  const sufferers = sufferersOf(its)
  const bad = its.reduce((sum, it) => sum + it.bad, 0)
  const of = its.reduce((sum, it) => sum + it.of, 0)
  const slowest = its.reduce((most, it) => Math.max(most, it.ms ?? 0), 0)
  // One that hung says nothing of the time in which others were refused.
  const hows = [...Map.groupBy(its, (it) => it.how)].map(([how, ofIt]) => ({
    how,
    ms: ofIt.reduce((most, it) => Math.max(most, it.ms ?? 0), 0),
  }))
  const confidence: Confidence = 'observed'
  return finding({
    subject: common(sufferers) ?? first.sufferer,
    confidence,
    severity: severities[first.weight],
    args: {
      what: what[first.kind],
      who: some(sufferers.map(readable), named),
      bad,
      of,
      how: some(
        hows.map((it) => (hows.length === 1 ? it.how : `${it.how}${timeText(it.ms)}`)),
        3,
      ),
      // The scheduler says itself what is in its way.
      isSaid: its.every((it) => it.isSaid === true),
      slowest: hows.length === 1 ? timeText(slowest) : '',
      from: some([...new Set(its.map((it) => it.from))], 3),
      asked: some([...new Set(its.map((it) => it.asked))], 2),
      well,
      isSilent: first.kind.startsWith('lookup') && its.some((it) => it.how === 'timeout'),
      source: first.source,
      next: (first.next ?? []).join('\n'),
      pod: first.sufferer.kind === 'Pod' ? first.sufferer.name : '',
      namespace: first.sufferer.namespace ?? '',
    },
    evidence: [{ kind: 'shares', label: what[first.kind].toLowerCase(), rows: its.map(row) }],
    // What was tried for that name, and failed, is what the program's own words are of.
    causes: [...new Set(its.flatMap((it) => it.keys.filter(isHostKey)))],
  })
}

function timeText(ms: number): string {
  return ms === 0 ? '' : ` after up to ${Math.round(ms)} ms`
}

function row(it: Trouble): {
  readonly where: string
  readonly bad: number
  readonly of: number
  readonly note: string
} {
  const time = it.ms === null ? '' : ` after ${Math.round(it.ms)} ms`
  return { where: `${readable(it.sufferer)} ${it.from}, ${it.asked}`, bad: it.bad, of: it.of, note: `${it.how}${time}` }
}

/** One sufferer is the subject; of several, the namespace that they share. */
function common(sufferers: readonly Subject[]): Subject | null {
  const [first] = sufferers
  if (first === undefined || sufferers.length === 1) return first ?? null
  const { namespace } = first
  if (namespace === null || sufferers.some((it) => it.namespace !== namespace)) return null
  return subject('Namespace', null, namespace)
}

function readable(it: Subject): string {
  return `${it.kind.toLowerCase()} ${it.namespace === null ? '' : `${it.namespace}/`}${it.name}`
}

/** Where the same thing is well: half of a diagnosis. */
function contrast(
  its: readonly Trouble[],
  dnsProbe: Known<DnsProbe>,
  insideViews: Known<readonly InsideView[]>,
): string {
  const [first] = its
  if (first === undefined || !first.kind.startsWith('lookup')) return ''
  const sick = new Set(its.map((it) => subjectKey(it.sufferer)))
  const said: string[] = []
  const views = insideViews.known ? insideViews.value.filter((it) => it.lookup.known) : []
  const pods = [...Map.groupBy(views, (it) => `Pod/${it.namespace}/${it.pod}`)]
  const others = pods.filter(([key]) => !sick.has(key))
  const fine = others.filter(([, its]) => its.every((it) => it.lookup.known && it.lookup.value.result === 'ok'))
  if (others.length > 0) said.push(`${fine.length} of ${others.length} other pods looked into are answered`)
  if (dnsProbe.known && first.source === 'insideViews') {
    const all = dnsProbe.value.series.flatMap((it) => it.lookups)
    const answered = all.filter((it) => !unanswered.has(it.a))
    if (all.length > 0) said.push(`${answered.length} of ${all.length} lookups of the probe pods are answered`)
  }
  return said.length === 0 ? '' : `for comparison: ${said.join('; ')}`
}
