import type { PodSockets, UnacceptedSockets } from '../../model/inside.ts'
import { type Known, known, unknown } from '../../model/known.ts'
import { listenersIn, type SocketEnd, socketsIn, type SocketsRead } from '../../wire/proc-net-tcp.ts'
import { block } from './script-output.ts'

/** Of each list: one pod that calls hundreds of dead addresses says no more by them. */
const most = 40

/**
 * What two reads of a pod's sockets say together. A list of which a part was read shows what it shows; where that is
 * nothing, nothing is known.
 */
export function socketsOf(stdout: string): Known<PodSockets> {
  const [first, second] = ['sockets1', 'sockets2'].map((it) => block(stdout, it))
  if (first === undefined || first === null || first.split('\n').includes('none'))
    return unknown('failed', 'the TCP sockets of the pod could not be read')
  const reads = [socketsIn(first), ...(second === undefined || second === null ? [] : [socketsIn(second)])]
  const [begin] = reads
  const listening = new Set(listenersIn(block(stdout, 'listen') ?? '').map((it) => it.port))
  const found: PodSockets = {
    connecting: connectingIn(reads),
    unacknowledged: unacknowledgedIn(reads, listening),
    unaccepted: unacceptedIn(reads),
    ports: begin?.range ?? null,
    crowds: crowdsIn(reads),
  }
  const isCut = reads.some((it) => it.isCut)
  const hasAny = [found.connecting, found.unacknowledged, found.unaccepted, found.crowds].some((it) => it.length > 0)
  return isCut && !hasAny ? unknown('cut-off', 'the pod has too many connections to look through') : known(found)
}

/** A socket that stood in both reads is one. */
function connectingIn(reads: readonly SocketsRead[]): PodSockets['connecting'] {
  const all = reads.flatMap(({ connecting }, read) => connecting.map((it) => ({ ...it, read })))
  return [...Map.groupBy(all, ({ peer }) => textOf(peer)).values()].slice(0, most).flatMap((its) =>
    its.slice(0, 1).map(({ peer }) => ({
      ...peer,
      sockets: new Set(its.map(({ local }) => textOf(local))).size,
      ms: Math.max(...its.map((it) => it.ms)),
      reads: new Set(its.map((it) => it.read)).size,
    })),
  )
}

/** Where the other end connected, its port is of that moment: its connections are told together. */
function unacknowledgedIn(reads: readonly SocketsRead[], listening: ReadonlySet<number>): PodSockets['unacknowledged'] {
  const all = reads.flatMap((it) => it.unacknowledged)
  const keyOf = ({ local, peer }: (typeof all)[number]): string =>
    listening.has(local.port) ? `${local.port} ${peer.ip}` : textOf(peer)
  return [...Map.groupBy(all, keyOf).values()].slice(0, most).flatMap((its) =>
    its.slice(0, 1).map(({ local, peer }) => ({
      ...peer,
      own: listening.has(local.port) ? local.port : null,
      sockets: new Set(its.map((it) => `${textOf(it.local)} ${textOf(it.peer)}`)).size,
      again: Math.max(...its.map((it) => it.again)),
    })),
  )
}

/** Soon accepted is well: only a connection that both reads saw waiting has waited. */
function unacceptedIn([first, second]: readonly SocketsRead[]): PodSockets['unaccepted'] {
  if (first === undefined || second === undefined || first.at === null || second.at === null) return []
  const ms = Math.round((second.at - first.at) * 1000)
  if (ms < leastMs) return []
  const before = new Set(first.unaccepted.map(({ local, peer }) => `${textOf(local)} ${textOf(peer)}`))
  const stay = second.unaccepted.filter(({ local, peer }) => before.has(`${textOf(local)} ${textOf(peer)}`))
  return [...Map.groupBy(stay, (it) => it.local.port)].slice(0, most).flatMap(([port, its]): UnacceptedSockets[] => {
    // The address of the connection is the pod's; the listener's may be any.
    const queues = second.queues.filter((it) => it.local.port === port)
    const [listener] = queues
    if (listener === undefined) return []
    return [{ ip: listener.local.ip, port, waits: Math.max(...queues.map((it) => it.waits)), stay: its.length, ms }]
  })
}

/** A program that is one of many on its node may not get the processor for this long. */
const leastMs = 900

function crowdsIn(reads: readonly SocketsRead[]): PodSockets['crowds'] {
  const all = reads.flatMap(({ crowds, range }) => {
    const size = range === null ? null : range.to - range.from + 1
    return size === null ? [] : crowds.filter((it) => 2 * it.sockets >= size)
  })
  return [...Map.groupBy(all, ({ peer }) => textOf(peer)).values()]
    .slice(0, most)
    .flatMap((its) =>
      its.slice(0, 1).map(({ peer }) => ({ ...peer, sockets: Math.max(...its.map((it) => it.sockets)) })),
    )
}

function textOf({ ip, port }: SocketEnd): string {
  return `${ip} ${port}`
}
