import * as v from 'valibot'
import { walkEnds } from '../../wire/resolver-walk.ts'
import type { LoadStep } from '../../model/load.ts'
import { texts } from '../../model/marks.ts'
import {
  answerShape,
  httpEndFields,
  nameAnswerFields,
  networkHereFields,
  serverShape,
} from '../../model/probe-shapes.ts'
import { fromOutside } from '../../wire/outside.ts'
import type { PodRecord } from '../pod/records.ts'

/*
 * A pod's log is text from outside: whoever may write into the namespace, or owns its node, can put anything there.
 * Each record has its schema, so that one that fits none cuts off its own pod, and not the run.
 */
const bounded = () => v.pipe(v.string(), v.maxLength(2 ** 20))
const text = bounded()
const number = v.number()
const transport = v.picklist(['udp', 'tcp'])
const m = texts(bounded)
const server = serverShape(m)

const query = v.object({
  at: number,
  server: text,
  transport,
  name: text,
  type: text,
  answer: v.union([answerShape, v.literal('unheeded')]),
  rcode: v.nullable(text),
  records: v.array(v.object({ name: text, type: text, ttl: number, data: text })),
  more: v.exactOptional(number),
  denialTtl: v.exactOptional(number),
  ms: number,
})

const client = v.object({
  sent: number,
  answered: number,
  refused: number,
  lost: number,
  p50: number,
  p99: number,
  ms: number,
})

const step: v.GenericSchema<unknown, LoadStep> = v.object({
  asked: number,
  load: client,
  canary: client,
  held: number,
  throttledMs: v.nullable(number),
  lagMs: number,
  servers: v.array(
    v.object({
      pod: text,
      ip: text,
      windowMs: number,
      cpuSeconds: v.nullable(number),
      requests: v.nullable(number),
      responses: v.record(text, number),
      slowShare: v.nullable(number),
      forwardFailures: v.nullable(number),
      cpuLimitMilli: v.nullable(number),
      upstreams: v.exactOptional(
        v.array(v.object({ to: text, sent: number, answers: v.record(text, number), seconds: number })),
      ),
    }),
  ),
})

/** What a server wrote into an answer is cut off by the pod's program; a log that holds more was not written by it. */
const httpEnd = httpEndFields(texts(() => v.pipe(v.string(), v.maxLength(4096))))

const t = <const K extends PodRecord['t']>(kind: K) => v.literal(kind)

const nameAnswer = v.object(nameAnswerFields(m))

const connectResult = v.picklist(['open', 'refused', 'timeout', 'no-route', 'no-source', 'error'])
const tries = v.array(
  v.union([
    v.strictTuple([connectResult, number]),
    v.strictTuple([connectResult, number, v.nullable(number)]),
    v.strictTuple([connectResult, number, v.nullable(number), v.picklist(['full', 'not-welcome'])]),
  ]),
)

const carried = v.object({ asked: number, small: number, there: number, back: number })
const portNumber = v.pipe(number, v.integer(), v.minValue(1), v.maxValue(65_535))

const record = v.variant('t', [
  v.object({ t: t('hello'), libc: v.nullable(v.picklist(['glibc', 'musl'])), nameservers: v.array(text), node: text }),
  v.object({
    t: t('series'),
    s: number,
    of: v.object({
      server,
      port: number,
      transport,
      method: v.picklist(['pair', 'sequential', 'getaddrinfo']),
      name: text,
      zone: v.picklist(['cluster', 'external']),
      fresh: v.exactOptional(v.boolean()),
      apart: v.exactOptional(v.picklist(['edns', 'named', 'far-tcp'])),
      count: number,
      outstanding: number,
    }),
  }),
  v.object({
    t: t('lookups'),
    s: number,
    rows: v.array(
      v.strictTuple([number, number, answerShape, answerShape, number, v.picklist(['none', 'a', 'aaaa', 'both'])]),
    ),
  }),
  v.object({ t: t('progress'), done: number, of: number }),
  v.object({ t: t('slowed'), why: text }),
  v.object({ t: t('stopped'), why: text }),
  v.object({ t: t('connect'), id: number, tries, from: v.exactOptional(v.array(number)) }),
  v.object({ t: t('api'), via: v.picklist(['service', 'endpoint']), ip: text, port: number, tries }),
  v.object({ t: t('http'), id: number, ...httpEnd }),
  v.object({ t: t('large'), id: number, bytes: number, smallAgain: v.nullable(v.boolean()), ...httpEnd }),
  v.object({ t: t('eased'), ip: text, port: number, why: text }),
  v.object({
    t: t('metrics'),
    phase: v.picklist(['before', 'after']),
    ip: text,
    at: number,
    text: v.nullable(text),
    error: v.nullable(text),
    result: v.exactOptional(v.picklist(['unreachable', 'stalled', 'other', 'complete'])),
    bytes: v.exactOptional(number),
  }),
  v.object({ t: t('forwarding'), all: v.nullable(text), off: v.array(text), routeTable: v.nullable(text) }),
  v.object({
    t: t('conntrack'),
    at: number,
    stat: v.nullable(text),
    count: v.nullable(text),
    max: v.nullable(text),
    reversePath: v.exactOptional(v.nullable(number)),
  }),
  v.object({ t: t('network'), mtuPort: v.nullable(number), ...networkHereFields(m) }),
  v.object({ t: t('answers'), ip: v.pipe(text, v.ip()), udp: v.nullable(portNumber), tcp: v.nullable(portNumber) }),
  v.object({
    t: t('between'),
    id: number,
    mtu: v.nullable(number),
    datagrams: v.nullable(carried),
    streams: v.nullable(carried),
  }),
  v.object({ t: t('mtu'), id: number, mtu: number, asked: number, small: number, large: number, back: number }),
  v.object({
    t: t('resolver'),
    resolvConf: text,
    own: v.nullable(
      v.object({
        tool: text,
        result: v.union([answerShape, v.literal('nothing')]),
        addresses: v.array(text),
        ms: number,
      }),
    ),
  }),
  v.object({
    t: t('walk'),
    walk: v.object({
      libc: v.picklist(['glibc', 'musl']),
      candidates: v.array(text),
      queries: v.array(query),
      winner: v.nullable(text),
      ms: number,
      end: v.picklist(walkEnds),
    }),
  }),
  v.object({ t: t('server'), server: v.object({ ip: text, pod: v.nullable(text), queries: v.array(query) }) }),
  v.object({
    t: t('end'),
    ms: number,
    queries: number,
    lookups: number,
    throttledMs: v.nullable(number),
    lagMs: number,
    lagMaxMs: v.exactOptional(number),
    stray: v.exactOptional(v.nullable(number)),
  }),
  v.object({ t: t('load-step'), step }),
  v.object({
    t: t('load-end'),
    end: v.object({
      kind: v.picklist(['reached', 'saturated', 'harm', 'client', 'blind', 'out-of-time']),
      why: text,
      carried: number,
      queries: number,
    }),
  }),
  v.object({ t: t('searches'), suffixes: v.array(text), ndots: number }),
  v.object({ t: t('names'), answers: v.array(nameAnswer) }),
  v.object({ t: t('alone') }),
  v.object({ t: t('broken'), why: text }),
])

/** Does not compile while a record that pods write has no schema here: its pod would be cut off as damaged. */
type Unread = Exclude<PodRecord['t'], v.InferOutput<typeof record>['t']>
const everyRecordIsRead: Unread extends never ? true : Unread = true

/** The same of each of its fields: what has no schema is left out without a word. */
type Read = v.InferOutput<typeof record>
type Lost = {
  [K in PodRecord['t']]: Exclude<keyof Extract<PodRecord, { t: K }>, keyof Extract<Read, { t: K }>>
}[PodRecord['t']]
const everyFieldIsRead: Lost extends never ? true : Lost = true

/**
 * The record in a log line; `damaged` for an object that is none; null for other text (a warning of Node's own, half a
 * line).
 */
export function readRecord(line: string): PodRecord | 'damaged' | null {
  if (!line.startsWith('{')) return null
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return null
  }
  const read = v.safeParse(record, value, { abortEarly: true })
  return everyRecordIsRead && everyFieldIsRead && read.success ? fromOutside<PodRecord>(read.output) : 'damaged'
}
