import { type Capture, signKinds } from '../model/capture.ts'
import { counts, exactly, list, maybe, nullable, number, object, oneOf, texts } from '../model/marks.ts'

const m = texts()

const spread = nullable(object({ count: number, p50: number, p99: number, max: number }))

const sign = object({
  kind: oneOf(signKinds),
  server: m.address,
  port: number,
  count: number,
  of: number,
  clients: number,
  client: nullable(m.address),
  detail: m.text,
  name: nullable(m.host),
  ms: nullable(number),
  packets: list(number),
})

const clock = object({
  back: number,
  backMs: number,
  packet: nullable(number),
  across: number,
  gapMs: number,
  copied: number,
  copiedMs: number,
  timeless: number,
})

const point = object({
  name: m.text,
  comment: nullable(m.text),
  end: oneOf(['whole', 'cut-off', 'damaged']),
  why: nullable(m.text),
  packets: number,
  idle: maybe(oneOf(['beside-others'])),
  shortened: number,
  unread: number,
  dropped: nullable(number),
  seconds: nullable(number),
  ways: oneOf(['none', 'one', 'both']),
  clock: maybe(clock),
  notFollowed: number,
  others: maybe(counts()),
  dns: counts(),
  tcp: counts(),
  times: object({ lookup: spread, handshake: spread, firstByte: spread }),
  signs: list(sign),
})

export const capture = exactly<Capture>()(
  object({
    points: list(point),
    comparisons: list(
      object({
        near: m.text,
        far: m.text,
        common: number,
        datagrams: maybe(object({ near: number, far: number, common: number })),
        gone: list(
          object({
            what: oneOf(['query', 'answer', 'syn', 'syn-ack', 'data', 'segment']),
            way: oneOf(['forth', 'back']),
            count: number,
            of: number,
            from: m.address,
            to: m.address,
            packets: list(number),
            trails: list(list(object({ point: m.text, packet: nullable(number) }))),
          }),
        ),
        cannotTell: nullable(
          oneOf(['no-overlap', 'nothing-common', 'too-many', 'clock', 'filter', 'dropped', 'cut-short']),
        ),
      }),
    ),
  }),
)
