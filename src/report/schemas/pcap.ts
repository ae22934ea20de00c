import * as v from 'valibot'
import { signKinds } from '../../model/capture.ts'
import { diagnosis } from './diagnosis.ts'
import { maybeNumber, maybeText, number, text } from './parts.ts'

const spread = v.nullable(v.strictObject({ count: number, p50: number, p99: number, max: number }))
const packets = v.pipe(
  v.array(number),
  v.description('the first of them, as Wireshark numbers the frames of that file'),
)
const counts = v.record(text, number)

const sign = v.strictObject({
  kind: v.picklist(signKinds),
  server: text,
  port: number,
  count: number,
  of: v.pipe(number, v.description('lookups, pairs, connections, segments or answers of this server')),
  clients: number,
  client: maybeText,
  detail: text,
  name: maybeText,
  ms: maybeNumber,
  packets,
})

const clock = v.strictObject({
  back: v.pipe(number, v.description('packets with an earlier time than one before them')),
  backMs: v.pipe(number, v.description('by how much at most')),
  packet: v.pipe(maybeNumber, v.description('the first of them')),
  across: v.pipe(number, v.description('lookups, handshakes and answers across a silence longer than anybody waits')),
  gapMs: v.pipe(number, v.description('the longest silence')),
  copied: v.pipe(number, v.description('packets that come again a second or more later')),
  copiedMs: v.pipe(number, v.description('how much later at most')),
  timeless: v.pipe(number, v.description('packets of which the file says no time')),
})

const point = v.strictObject({
  name: v.pipe(text, v.description('the file, with its interface where it has several')),
  comment: maybeText,
  end: v.picklist(['whole', 'cut-off', 'damaged']),
  why: v.pipe(maybeText, v.description('how it ends, where it is not whole')),
  packets: number,
  idle: v.exactOptional(
    v.pipe(
      v.literal('beside-others'),
      v.description('an interface without a packet, where others of its file have some: not judged'),
    ),
  ),
  shortened: v.pipe(number, v.description('packets of which the capture kept a part')),
  unread: v.pipe(number, v.description('packets whose headers could not be read')),
  dropped: v.pipe(maybeNumber, v.description('by the capture itself; null where the file does not say')),
  seconds: maybeNumber,
  ways: v.pipe(v.picklist(['none', 'one', 'both']), v.description('whether anything was seen to be answered at all')),
  clock: v.exactOptional(v.pipe(clock, v.description('why its times are not believed; left out where they are'))),
  notFollowed: number,
  others: v.exactOptional(v.pipe(counts, v.description('packets in which no sign is looked for, by kind'))),
  dns: v.pipe(counts, v.description('messages, lookups and response codes')),
  tcp: v.pipe(counts, v.description('segments and connections')),
  times: v.pipe(
    v.strictObject({ lookup: spread, handshake: spread, firstByte: spread }),
    v.description('milliseconds'),
  ),
  signs: v.array(sign),
})

const gone = v.strictObject({
  what: v.picklist(['query', 'answer', 'syn', 'syn-ack', 'data', 'segment']),
  way: v.pipe(v.picklist(['forth', 'back']), v.description('forth: seen at near and not at far')),
  count: number,
  of: number,
  from: text,
  to: text,
  packets,
  trails: v.pipe(
    v.array(v.array(v.strictObject({ point: text, packet: v.nullable(number) }))),
    v.description('of a capture of one path: the first of them point by point, null where it never came'),
  ),
})

export const pcap = v.strictObject({
  schema: v.literal('hopscope/pcap/v1'),
  capture: v.strictObject({
    points: v.array(point),
    comparisons: v.array(
      v.strictObject({
        near: v.pipe(text, v.description('the point nearer to the clients')),
        far: text,
        common: number,
        datagrams: v.exactOptional(
          v.pipe(
            v.strictObject({ near: number, far: number, common: number }),
            v.description('of UDP that is no DNS: seen at each, and at both'),
          ),
        ),
        gone: v.array(gone),
        cannotTell: v.nullable(
          v.picklist(['no-overlap', 'nothing-common', 'too-many', 'clock', 'filter', 'dropped', 'cut-short']),
        ),
      }),
    ),
  }),
  diagnosis,
})
