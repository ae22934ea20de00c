import * as v from 'valibot'
import { phases } from '../../model/spans.ts'
import { failures } from '../../wire/jaeger-json/span.ts'
import { diagnosis } from './diagnosis.ts'
import { flag, maybeNumber, maybeText, number, text, texts } from './parts.ts'

const phase = v.pipe(
  v.picklist(phases),
  v.description(
    'work: in what is called; dns, connect, pool: waits that spans name; before, after, between: in the call, ' +
      "outside of the server's span; unseen: the server has no span",
  ),
)
const ends = { from: v.pipe(maybeText, v.description('null: from outside of what is traced')), to: text }

const times = v.strictObject({
  phase,
  count: v.pipe(number, v.description('calls that have any of it')),
  p50: number,
  p95: number,
  max: number,
  sum: number,
  slow: v.pipe(number, v.description('calls in which it reached `asked.slowMs`')),
  dnsTeeth: v.pipe(number, v.description('of these, what took as long as a lost DNS query costs')),
  synTeeth: v.pipe(number, v.description('and as long as a lost SYN costs')),
  trace: v.pipe(text, v.description('the longest')),
  operation: text,
  instance: maybeText,
})

const hop = v.strictObject({
  ...ends,
  kind: v.picklist(['service', 'database', 'messaging', 'call']),
  system: maybeText,
  calls: number,
  failures: v.array(
    v.strictObject({
      kind: v.picklist([...failures, 'status', 'other']),
      status: maybeNumber,
      count: number,
      trace: text,
    }),
  ),
  times: v.pipe(v.array(times), v.description('milliseconds on the critical paths')),
  busiest: v.pipe(number, v.description('most calls under way at a time')),
  waiting: v.pipe(number, v.description('most that waited for the pool at a time')),
})

const scattered = v.strictObject({
  ...ends,
  phase,
  traces: number,
  calls: number,
  sum: number,
  ms: number,
  trace: text,
})

const path = v.strictObject({
  trace: text,
  ms: number,
  spans: number,
  failed: flag,
  steps: v.array(v.strictObject({ at: number, ms: number, ...ends, phase, operation: text })),
  leftOutMs: v.pipe(number, v.description('steps that were too short to show')),
})

export const spans = v.strictObject({
  schema: v.literal('hopscope/spans/v1'),
  spans: v.strictObject({
    asked: v.strictObject({
      where: v.pipe(text, v.description('the file, or the server')),
      service: maybeText,
      trace: maybeText,
      sinceMs: maybeNumber,
      slowMs: number,
      byLength: v.pipe(flag, v.description('slow traces were asked for by their length')),
    }),
    traces: number,
    recent: v.pipe(number, v.description('traces that nobody chose for being slow')),
    slow: number,
    spans: number,
    isLimited: v.pipe(flag, v.description('there are more traces than were asked for')),
    samplers: texts,
    doubts: v.strictObject({
      orphans: v.pipe(number, v.description('spans whose parent is not in their trace')),
      cycles: number,
      duplicates: number,
      skewed: v.pipe(number, v.description("calls of which the two ends' clocks do not fit")),
      unread: number,
      cutOff: v.pipe(number, v.description('answers that are not whole, or missing')),
    }),
    hops: v.array(hop),
    scattered: v.array(scattered),
    slowest: v.array(path),
  }),
  diagnosis,
})
