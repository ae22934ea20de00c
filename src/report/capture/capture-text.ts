import type { Capture, CapturePoint, Spread } from '../../model/capture.ts'
import { count, ms, some } from '../../phrases.ts'

/** What each point has, under the findings: the denominators of what is said above it. */
export function captureLines({ points, comparisons }: Capture): readonly string[] {
  const whys = Map.groupBy(points, (it) => it.why)
  const isShared = (why: string | null): boolean => (whys.get(why)?.length ?? 0) > 1
  const empty = points.filter((it) => it.packets === 0)
  const folded = new Set(empty.length > mostEmpty ? empty : [])
  return [
    ...points.filter((it) => !folded.has(it)).flatMap((it) => pointLines(it, isShared(it.why) ? null : it.why)),
    ...(folded.size === 0 ? [] : [`${namesOf(empty)}: 0 packets`]),
    // All interfaces of a file end where it does.
    ...[...whys].flatMap(([why, its]) => (why !== null && isShared(why) ? [`${namesOf(its)}: ${why}`] : [])),
    ...comparisons.map(bothText),
  ]
}

function bothText({ near, far, common, datagrams }: Capture['comparisons'][number]): string {
  const others =
    datagrams === undefined
      ? ''
      : `${datagrams.common} of ${datagrams.near} and ${count(datagrams.far, 'datagram')} of UDP that is no DNS`
  // Packets of another kind are not set against each other: none of them is counted as missing.
  const packets = common === 0 && others !== '' ? '' : `${count(common, 'packet')} of DNS and TCP`
  if (datagrams === undefined) return `${near} and ${far}: ${count(common, 'packet')} seen at both`
  return `${near} and ${far}: ${[packets, others].filter((it) => it !== '').join(', ')} seen at both`
}

/** A file may describe hundreds of interfaces that have nothing. */
const mostEmpty = 8

function namesOf(points: readonly CapturePoint[]): string {
  return some(points.map((it) => it.name))
}

function pointLines(point: CapturePoint, why: string | null): readonly string[] {
  const { name, comment, packets, seconds, dropped } = point
  const parts = [
    count(packets, 'packet'),
    ...(point.idle === undefined ? [] : ['not judged']),
    ...(seconds === null ? [] : [`in ${ms(seconds * 1000)}`]),
    ...(dropped === null || dropped === 0 ? [] : [`${dropped} dropped by the capture`]),
    ...(point.shortened === 0 ? [] : [`${point.shortened} kept in part`]),
    ...clockParts(point),
    ...(why === null ? [] : [why]),
  ]
  return [
    `${name}${comment === null ? '' : ` (${placeIn(comment)})`}: ${parts.join(', ')}`,
    ...dnsLine(point),
    ...tcpLine(point),
    ...othersLine(point),
  ]
}

/** What no check looks at: it may be where the trouble is. */
function othersLine({ others = {} }: CapturePoint): readonly string[] {
  const its = otherKinds.flatMap(([kind, words]) => ((others[kind] ?? 0) === 0 ? [] : [`${others[kind]} ${words}`]))
  return its.length === 0 ? [] : [`  not looked at: ${its.join(', ')}`]
}

const otherKinds = [
  ['udp', 'of UDP that is no DNS (QUIC and others)'],
  ['icmp', 'of ICMP that is no error'],
  ['sctp', 'of SCTP'],
  ['otherIp', 'of other protocols'],
  ['noIp', 'without IP (ARP and the like)'],
] as const

/** What `hopscope capture` writes behind a place for its own comparing (src/probe/capture) says nothing to a reader. */
function placeIn(comment: string): string {
  const at = comment.indexOf('; stages ')
  return at === -1 ? comment : comment.slice(0, at)
}

function clockParts({ clock }: CapturePoint): readonly string[] {
  if (clock === undefined) return []
  return [
    ...(clock.back === 0 ? [] : [`the clock goes back by ${ms(clock.backMs)} at packet ${clock.packet}`]),
    ...(clock.across === 0 ? [] : [`silent for ${ms(clock.gapMs)} with something under way`]),
    ...(clock.copied === 0 ? [] : [`${clock.copied} in it twice`]),
    ...(clock.timeless === 0 ? [] : [`${clock.timeless} without a time`]),
  ]
}

function dnsLine({ dns, times }: CapturePoint): readonly string[] {
  const n = (name: string): number => dns[name] ?? 0
  if (n('queries') + n('answers') === 0) return []
  const codes = Object.entries(dns).filter(([name, its]) => its > 0 && /^[A-Z]/.test(name))
  return [
    `  DNS  ${count(n('lookups'), 'lookup')}: ${n('answered')} answered, ${n('unanswered')} ` +
      `unanswered, ${n('unfinished')} under way at the end, ${n('resent')} asked again${spreadText(times.lookup)}`,
    ...(codes.length === 0 ? [] : [`       ${codes.map(([name, its]) => `${name} ${its}`).join(', ')}`]),
  ]
}

function tcpLine({ tcp, times }: CapturePoint): readonly string[] {
  const n = (name: string): number => tcp[name] ?? 0
  if (n('segments') === 0) return []
  const late = n('joinedLate') === 0 ? '' : ` and ${n('joinedLate')} begun before`
  return [
    `  TCP  ${count(n('connections'), 'connection')}${late}: ${n('opened')} opened, ` +
      `${n('unanswered')} unanswered, ${n('refused')} refused, ${n('resets')} reset, ` +
      `${n('retransmissions')} of ${n('data')} segments sent again`,
    ...(times.handshake === null ? [] : [`       handshake${spreadText(times.handshake)}`]),
    ...(times.firstByte === null ? [] : [`       first byte${spreadText(times.firstByte)}`]),
  ]
}

function spreadText(spread: Spread | null): string {
  return spread === null ? '' : `; p50 ${ms(spread.p50)}, p99 ${ms(spread.p99)}, longest ${ms(spread.max)}`
}
