import {
  cannotTell,
  finding,
  type Found,
  notApplicable,
  ok,
  type Severity,
  type Verdict,
} from '../../findings/verdict.ts'
import type { Evidence } from '../../findings/evidence.ts'
import type { Capture, CapturePoint, Sign, SignKind } from '../../model/capture.ts'
import { subject } from '../../model/subject.ts'
import { count, ms, some } from '../../phrases.ts'

/** A sign at one point, by name: who causes it lists it. */
export const captureSymptom = (kind: SignKind | 'gone', point: string): string => `capture-${kind}:${point}`

export type SignArgs = {
  readonly count: number
  readonly of: number
  /** The worst, as address and port; and how many. */
  readonly server: string
  readonly servers: number
  readonly client: string | null
  readonly clients: number
  readonly detail: string
  readonly name: string | null
  readonly ms: number | null
  /** In the file, as Wireshark numbers them. */
  readonly packets: readonly number[]
  readonly point: string
}

export interface Judging {
  readonly kinds: readonly SignKind[]
  readonly about: 'dns' | 'tcp'
  /**
   * Whether the sign is that nothing came, or which of them are: then a filter on one direction, or a loss of the
   * capture's own, looks alike.
   */
  readonly silence?: true | ((it: Sign) => boolean)
  /** How much of it is worth a finding; anything where it is left out. */
  readonly isEnough?: (bad: number, of: number) => boolean
  readonly severity?: (its: readonly Sign[]) => Severity
  readonly causes?: readonly SignKind[]
}

/** What can't be told of a point, and why. */
interface Blind {
  readonly reason: 'too-few' | 'cut-off' | 'ambiguous'
  readonly text: string
  readonly point: string
}

type Judged = Verdict<SignArgs> | Blind

/** Every point judged by itself: its signs of these kinds, or why it shows none. */
function judgeSigns(capture: Capture, judging: Judging): readonly Verdict<SignArgs>[] {
  const used = capture.points.filter((it) => it.idle === undefined)
  const judged = used.map((point): Judged => {
    const its = point.signs.filter((it) => judging.kinds.includes(it.kind) && it.count > 0)
    const disorder = disorderOf(point)
    const doubt = disorder ?? (judging.silence === undefined ? null : doubtOf(point, judging.about))
    const isSure = (it: Sign): boolean =>
      disorder === null ? isSelfEvident(it) || isSeen(it, judging) : timeless.has(it.kind)
    const sure = doubt === null ? its : its.filter(isSure)
    const bad = sure.reduce((sum, it) => sum + it.count, 0)
    if (bad > 0 && (judging.isEnough?.(bad, ofAll(sure)) ?? true)) return found(point, sure, judging)
    if (doubt !== null && its.length > 0) return { reason: 'ambiguous', text: doubt, point: point.name }
    return whole(point, judging)
  })
  return [
    ...onePath(
      capture,
      judged.flatMap((it) => ('kind' in it ? [it] : [])),
    ),
    ...saidOnce(judged),
  ]
}

/**
 * Points of one path see the same packets: what several of them show is one event, told by the one that shows most of
 * it and is nearest to the client. The others are named beside it, each with what it saw.
 */
function onePath({ points }: Capture, all: readonly Verdict<SignArgs>[]): readonly Verdict<SignArgs>[] {
  const path = new Set(points.filter(({ comment }) => comment?.includes('; stages ') === true).map((it) => it.name))
  const found = all.flatMap((it) => (it.kind === 'finding' && path.has(it.found.args.point) ? [it.found] : []))
  // A path is of one file.
  const told = [...Map.groupBy(found, ({ args }) => args.point.slice(0, args.point.lastIndexOf(':'))).values()]
  return [
    ...told.flatMap((its) => its.slice(0, 1).map(() => together(its))),
    ...all.filter((it) => it.kind !== 'finding' || !found.includes(it.found)),
  ]
}

function together(its: readonly Found<SignArgs>[]): Verdict<SignArgs> {
  const [first, ...others] = its.toSorted((one, other) => other.args.count - one.args.count)
  if (first === undefined) throw new Error('a finding of no point')
  if (others.length === 0) return finding(first)
  const rows = others.map(({ args }) => ({
    where: args.point,
    bad: args.count,
    of: args.of,
    note: [args.server, args.detail].filter((part) => part !== '').join('; '),
  }))
  return finding({
    ...first,
    also: others.map((it) => it.subject),
    evidence: [...first.evidence, { kind: 'shares', label: 'at other points of the same path', rows }],
    symptoms: [...new Set(its.flatMap((it) => it.symptoms ?? []))],
    causes: [...new Set(its.flatMap((it) => it.causes ?? []))],
  })
}

/** A file may have hundreds of interfaces: what holds of several of them is said once. */
function saidOnce(judged: readonly Judged[]): readonly Verdict<never>[] {
  const blind = judged.flatMap((it) => ('kind' in it ? [] : [it]))
  return [...Map.groupBy(blind, (it) => `${it.reason} ${it.text}`).values()].flatMap((alike) =>
    alike.slice(0, 1).map((it) => cannotTell(it.reason, `${some(alike.map((one) => one.point))}: ${it.text}`)),
  )
}

/** What came, and not that nothing did. */
function isSeen(it: Sign, { silence }: Judging): boolean {
  return typeof silence === 'function' && !silence(it)
}

/** Whoever sends again says that no answer came, whatever the capture saw. */
function isSelfEvident({ detail }: Sign): boolean {
  return detail.endsWith(' again')
}

/** What says it by itself, whenever it was. */
const timeless: ReadonlySet<SignKind> = new Set([
  'lookup-error',
  'connect-refused',
  'rejected',
  'reset',
  'tls-alert',
  'http-error',
])

/** Why what came before what, and how long it took, can't be told; null where the clock only went on. */
function disorderOf({ clock, packets }: CapturePoint): string | null {
  if (clock === undefined) return null
  if (clock.timeless > 0)
    return `${clock.timeless} of ${count(packets, 'packet')} bear no time: how long anything took can't be told`
  if (clock.back > 0)
    return (
      `its clock goes back by ${ms(clock.backMs)} at packet ${clock.packet}: it was set, or files were put together ` +
      `out of their order; what came first, and how long it took, can't be told`
    )
  return clock.copied > 0
    ? `${count(clock.copied, 'packet')} are in it twice, up to ${ms(clock.copiedMs)} apart, as if two machines with ` +
        'a clock each had written it: name the file of each by itself'
    : null
}

/** Why silence in this capture need not be silence on the wire. */
function doubtOf(point: CapturePoint, about: Judging['about']): string | null {
  const { ways, dropped, packets } = point
  if (ways === 'one')
    return (
      `only packets in one direction were captured: whether ${about === 'dns' ? 'answers' : 'replies'} ` +
      `came can't be told`
    )
  return dropped !== null && dropped > 0
    ? `${count(dropped, 'packet')} beside the ${packets} that it has were dropped by the capture itself`
    : null
}

/** Several kinds of one server have one denominator. */
function ofAll(its: readonly Sign[]): number {
  const servers = Map.groupBy(its, (it) => `${it.server} ${it.port}`)
  return [...servers.values()].reduce((sum, same) => sum + Math.max(...same.map((it) => it.of)), 0)
}

function found(point: CapturePoint, its: readonly Sign[], judging: Judging): Verdict<SignArgs> {
  const [worst] = its
  const servers = new Set(its.map(endOf)).size
  const all = its.flatMap((it) => it.packets).toSorted((one, other) => one - other)
  const severity = judging.severity?.(its)
  const args: SignArgs = {
    count: its.reduce((sum, it) => sum + it.count, 0),
    of: ofAll(its),
    server: worst === undefined ? '' : endOf(worst),
    servers,
    client: worst?.client ?? null,
    clients: Math.max(...its.map((it) => it.clients)),
    detail: worst?.detail ?? '',
    name: its.find((it) => it.name !== null)?.name ?? null,
    ms: its.reduce<number | null>((most, it) => (it.ms === null ? most : Math.max(most ?? 0, it.ms)), null),
    packets: [...new Set(all)].slice(0, 6),
    point: point.name,
  }
  return finding({
    subject: subject('Capture', null, point.name),
    confidence: 'observed',
    ...(severity === undefined ? {} : { severity }),
    args,
    evidence: evidenceOf(its, point),
    symptoms: judging.kinds.map((kind) => captureSymptom(kind, point.name)),
    causes: (judging.causes ?? []).map((kind) => captureSymptom(kind, point.name)),
  })
}

/** IPv6 in brackets, as in a URL. */
function endOf({ server, port }: Sign): string {
  return server.includes(':') ? `[${server}]:${port}` : `${server}:${port}`
}

function evidenceOf(its: readonly Sign[], point: CapturePoint): readonly Evidence[] {
  return [
    {
      kind: 'shares',
      label: `in ${point.name}, by server`,
      rows: its.slice(0, 8).map((it) => ({
        where: endOf(it),
        bad: it.count,
        of: it.of,
        note: [it.detail, it.name ?? '', `packet ${it.packets.slice(0, 4).join(', ')}`]
          .filter((part) => part !== '')
          .join('; '),
      })),
    },
    {
      kind: 'fact',
      label: 'the first',
      value: `frame.number in {${its
        .flatMap((it) => it.packets)
        .toSorted((a, b) => a - b)
        .slice(0, 6)
        .join(', ')}}`,
    },
  ]
}

/** No such sign: said only of a capture that could have shown it. */
function whole(point: CapturePoint, judging: Judging): Judged {
  const why = whyBlind(point, judging)
  if (why !== null) return { ...why, point: point.name }
  const { about } = judging
  const { lookups = 0, answers = 0 } = point.dns
  const { connections = 0, joinedLate = 0 } = point.tcp
  return about === 'dns'
    ? ok(Math.max(lookups, answers), `${point.name}: ${count(lookups, 'lookup')}`)
    : ok(connections + joinedLate, `${point.name}: ${count(connections + joinedLate, 'connection')}`)
}

type Why = Pick<Blind, 'reason' | 'text'>

function whyBlind(point: CapturePoint, judging: Judging): Why | null {
  return whyNotWhole(point, judging) ?? whyOpen(point, judging)
}

/** What the capture itself lacks. */
function whyNotWhole(point: CapturePoint, judging: Judging): Why | null {
  const { packets, unread, dropped, notFollowed } = point
  if (point.end !== 'whole')
    return {
      reason: 'cut-off',
      text: `${point.why ?? point.end}; of what came after nothing is known`,
    }
  const disorder = disorderOf(point)
  if (disorder !== null) return { reason: 'ambiguous', text: disorder }
  if (packets === 0)
    return {
      reason: 'too-few',
      text:
        'it holds no packet: nothing passed, or the filter, the interface or a missing permission ' +
        '(NET_RAW) kept it out',
    }
  if (unread > 0)
    return {
      reason: 'cut-off',
      text:
        `${count(unread, 'packet')} of ${packets} could not be read: a short snap length, or a link type ` +
        `that is not known`,
    }
  const { malformed = 0, queries = 0, answers = 0 } = point.dns
  if (queries + answers + malformed + (point.tcp['segments'] ?? 0) === 0 && point.signs.length === 0)
    return { reason: 'too-few', text: `none of its ${count(packets, 'packet')} is DNS or TCP` }
  const mute = whyMute(point, judging)
  if (mute !== null) return mute
  if (dropped !== null && dropped > 0)
    return { reason: 'cut-off', text: `${count(dropped, 'packet')} dropped by the capture itself` }
  return notFollowed > 0
    ? {
        reason: 'too-few',
        text: `${count(notFollowed, 'packet')} of more addresses, lookups or connections than are followed at a time`,
      }
    : null
}

/** What is in it, and says nothing. */
function whyMute(point: CapturePoint, { about, kinds }: Judging): Why | null {
  const { malformed = 0 } = point.dns
  if (about === 'dns' && point.shortened > 0 && malformed > 0)
    return {
      reason: 'cut-off',
      text: `${count(malformed, 'DNS message')} cut short by the snap length: capture with -s 0`,
    }
  // A query or an answer may be in it: a lookup that can't be read is neither a good one nor none.
  if (about === 'dns' && malformed > 0)
    return {
      reason: 'ambiguous',
      text:
        `${count(malformed, 'message')} on port 53 could not be read as DNS: damaged, or another protocol; ` +
        `what they asked or answered is not known`,
    }
  const { wordless = 0 } = point.tcp
  if (wordless > 0 && kinds.every((it) => it === 'tls-alert' || it === 'http-error'))
    return {
      reason: 'cut-off',
      text: `of ${count(wordless, 'segment')} too little was kept to tell what they say: capture with -s 0`,
    }
  return null
}

/** What it can't show of what was asked in it. */
function whyOpen({ ways, dns, tcp, clock }: CapturePoint, { about, silence, kinds }: Judging): Why | null {
  const { lookups = 0, unfinished: open = 0, notWhole = 0 } = dns
  const { connections = 0, unfinished: half = 0 } = tcp
  const asked = about === 'dns' ? lookups : connections
  const waiting = about === 'dns' ? open : half
  if (asked > 0 && ways === 'one') return { reason: 'ambiguous', text: 'only packets in one direction were captured' }
  if (clock !== undefined && clock.across > 0 && (silence === true || kinds.some((it) => it.endsWith('-late'))))
    return {
      reason: 'ambiguous',
      text:
        `${count(clock.across, 'lookup or connection', 'lookups or connections')} with a silence of up to ` +
        `${ms(clock.gapMs)} in between: the clock was set, or nothing was captured; how long they took can't be told`,
    }
  if (about === 'dns' && silence === true && notWhole > 0)
    return {
      reason: 'cut-off',
      text:
        `of ${count(notWhole, 'lookup')} the answer was not seen whole: the capture kept a part of its packets ` +
        '(-s 0 or --snaplen), or has a gap',
    }
  const what = about === 'dns' ? 'lookup' : 'connection'
  // Some are always under way; more than one in fifty is a capture that was too short.
  return silence === true && waiting * 50 > asked
    ? {
        reason: 'too-few',
        text: `${waiting} of ${count(asked, what)} without an answer when the capture ends, too soon to tell`,
      }
    : null
}

/** Nothing of the kind in any file is no verdict about it. */
export function ofCapture(capture: Capture, judging: Judging): readonly Verdict<SignArgs>[] {
  return capture.points.length === 0 ? [notApplicable('no capture was named')] : judgeSigns(capture, judging)
}
