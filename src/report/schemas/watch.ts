import * as v from 'valibot'
import { flag, known, maybeNumber, maybeText, number, subject, text, texts } from './parts.ts'
import { rates } from './capacity.ts'

const bounded = v.union([number, v.literal('Infinity')])
const findings = v.array(v.strictObject({ code: text, severity: v.picklist(['error', 'warning', 'info']), subject }))
const missing = v.pipe(v.record(text, text), v.description('what could not be read, and why'))
const at = v.pipe(text, v.description('ISO 8601'))
const schema = v.literal('hopscope/watch/v1')
const { durations: _durations, ...told } = rates.entries

/** One line. */
export const watch = v.variant('t', [
  v.strictObject({ schema, t: v.literal('load'), requestsPerSecond: number, text: texts }),
  v.strictObject({
    schema,
    t: v.literal('sample'),
    at,
    totals: v.nullable(
      v.strictObject({
        queriesPerSecond: number,
        failing: v.pipe(maybeNumber, v.description('share of the answers')),
        answers: number,
        p50: v.pipe(v.nullable(bounded), v.description('seconds, the upper end of a bucket')),
        p99: v.pipe(v.nullable(bounded), v.description('seconds, the upper end of a bucket')),
        cacheHits: v.pipe(maybeNumber, v.description('share of what the cache was asked')),
        of: v.strictObject({ read: number, all: number }),
      }),
    ),
    servers: v.array(
      v.strictObject({
        pod: text,
        node: maybeText,
        cpuLimitMilli: maybeNumber,
        rates: known(v.strictObject({ ...told, p99Seconds: v.nullable(bounded) })),
      }),
    ),
    canary: v.nullable(
      known(v.strictObject({ node: text, lookups: number, lost: number, p50Ms: number, maxMs: number })),
    ),
    conntrack: v.array(known(v.strictObject({ node: text, insertFailed: number, drop: number }))),
    missing,
    findings,
  }),
  v.strictObject({
    schema,
    t: v.literal('event'),
    at,
    kind: v.picklist(['trouble', 'better', 'change', 'gap']),
    text,
  }),
  v.strictObject({
    schema,
    t: v.literal('end'),
    at,
    started: at,
    durationMs: number,
    seconds: number,
    samples: number,
    numbers: v.pipe(number, v.description('of the samples, how many had numbers')),
    troubles: number,
    requests: v.pipe(number, v.description('to the API server')),
    atStart: number,
    standing: v.pipe(texts, v.description('trouble that is not over')),
    findings,
    missing,
    left: v.pipe(texts, v.description('pods that could not be removed')),
    canary: flag,
  }),
])
