import type { Cluster, LiveExec } from '../../kube/cluster.ts'
import type { WrittenPacket } from '../../wire/pcap/writer.ts'
import { captureReader, type Read } from '../../wire/pcap/reader.ts'
import { beat, beatEveryMs } from '../pods/hold-script.ts'
import { watchingCommand, type Watching } from './capture-script.ts'
import { stopwatch } from '../../stopwatch.ts'

/** How a capture at one point came to its end. */
export interface PointEnd {
  readonly packets: number
  /** By the kernel, as the capture says; null where it did not come to say it. */
  readonly dropped: number | null
  /** When it listened for sure, by the clock of its node as far as its packets tell it. */
  readonly from: number
  readonly to: number
  /** null: it ended as it was told, or with its last packet. */
  readonly why: string | null
}

export interface PointStream {
  /** LINKTYPE_… once it captures; null where it never will. */
  readonly link: Promise<number | null>
  readonly end: Promise<PointEnd>
}

export interface Streaming {
  readonly namespace: string
  readonly pod: string
  readonly watching: Watching
  /** It is asked to end then, and given the time to say what it lost. */
  readonly enough: AbortSignal
  /** Its `point` is for the caller to set. */
  readonly packet: (packet: Omit<WrittenPacket, 'point'>) => void
}

/** After it was told to end, and beyond its own time. */
const lastWordsMs = 5000

export function openStream(cluster: Cluster, it: Streaming): PointStream {
  const { namespace, pod, watching, enough } = it
  const begun = Promise.withResolvers<number | null>()
  let kept = 0
  // Held against the node's: one that is set meanwhile would move the packets.
  const watch = stopwatch()
  const now = (): number => watch.started.getTime() + watch.ms()
  let began = now()
  // How far the clock here goes before that of the node, and how long the fastest packet was on its way.
  let ahead = Infinity
  let isBegun = false
  let [firstPacket, lastPacket] = [Infinity, -Infinity]
  const reader = captureReader((packet) => {
    kept++
    ahead = Math.min(ahead, now() - packet.time)
    firstPacket = Math.min(firstPacket, packet.time)
    lastPacket = Math.max(lastPacket, packet.time)
    it.packet({
      time: packet.time,
      length: packet.length,
      // The reader's buffer is written anew.
      bytes: packet.bytes.slice(packet.start, packet.end),
    })
  })
  const live: LiveExec = {
    out(bytes) {
      reader.push(bytes)
      const [point] = reader.points
      if (point === undefined) return
      if (!isBegun) began = now()
      isBegun = true
      begun.resolve(point.link)
    },
    beat,
    everyMs: beatEveryMs,
    enough,
  }
  const hurry = new AbortController()
  let toldAt: number | null = null
  const late = (): void => {
    toldAt = now()
    setTimeout(() => hurry.abort(), lastWordsMs).unref()
  }
  enough.addEventListener('abort', late, { once: true })
  if (enough.aborted) late()
  const run = async (): Promise<PointEnd> => {
    const ran = await cluster.exec(namespace, pod, {
      command: watchingCommand(watching),
      timeoutMs: watching.seconds * 1000 + lastWordsMs,
      signal: hurry.signal,
      live,
    })
    begun.resolve(null)
    const read = reader.end()
    const clock = ahead === Infinity ? 0 : ahead
    // One that ended by itself, or was cut off, listened until its last packet for all that is known.
    const asked = toldAt !== null && kept < watching.packets ? toldAt - clock : null
    const from = Math.min(began - clock, firstPacket)
    const to = Math.max(from, ran.known ? (asked ?? lastPacket) : lastPacket)
    const its = { packets: kept, from, to }
    if (!ran.known) return { ...its, dropped: null, why: ran.why.detail }
    const { code, stderr } = ran.value
    const dropped = droppedIn(stderr)
    const isAsked = enough.aborted || kept >= watching.packets
    return { ...its, dropped, why: isAsked && read.format !== null ? null : whyEnded(read, code, stderr) }
  }
  return { link: begun.promise, end: run() }
}

/** `12 packets dropped by kernel`, as tcpdump says at its end. */
function droppedIn(stderr: string): number | null {
  const said = /^(\d{1,15}) packets? dropped by kernel$/m.exec(stderr.slice(-4000))?.[1]
  return said === undefined ? null : Number(said)
}

function whyEnded({ format }: Read, code: number | null, stderr: string): string {
  const said = stderr
    .split('\n')
    .map((it) => it.trim())
    .filter((it) => it !== '' && !/^(?:dropped privs|tcpdump: listening|listening on|\d+ packets?\b)/.test(it))
  const words = said[0]?.slice(0, 200)
  if (format === null)
    return `no capture came of it: ${words ?? (code === null ? 'the connection ended' : `code ${code}`)}`
  return `it ended early: ${words ?? (code === null ? 'the connection was cut' : `code ${code}`)}`
}
