import { exactly, flag, list, maybe, nullable, number, object, oneOf, texts } from '../model/marks.ts'
import { phases, type Spans } from '../model/spans.ts'
import { failures } from '../wire/jaeger-json/span.ts'

const m = texts()

const ends = { from: nullable(m.host), to: m.host }

export const spans = exactly<Spans>()(
  object({
    asked: object({
      where: m.title,
      service: nullable(m.host),
      trace: nullable(m.hash),
      sinceMs: nullable(number),
      slowMs: number,
      byLength: flag,
    }),
    traces: number,
    recent: number,
    slow: number,
    spans: number,
    isLimited: flag,
    samplers: list(m.word),
    doubts: object({
      orphans: number,
      cycles: number,
      duplicates: number,
      skewed: number,
      unread: number,
      cutOff: number,
    }),
    hops: list(
      object({
        ...ends,
        kind: oneOf(['service', 'database', 'messaging', 'call']),
        system: nullable(m.word),
        calls: number,
        failures: list(
          object({
            kind: oneOf([...failures, 'status', 'other']),
            status: nullable(number),
            count: number,
            trace: m.hash,
          }),
        ),
        times: list(
          object({
            phase: oneOf(phases),
            count: number,
            p50: number,
            p95: number,
            max: number,
            sum: number,
            slow: number,
            dnsTeeth: number,
            synTeeth: number,
            trace: m.hash,
            operation: m.title,
            instance: nullable(m.name),
          }),
        ),
        busiest: number,
        waiting: number,
      }),
    ),
    scattered: list(
      object({
        ...ends,
        phase: oneOf(phases),
        traces: number,
        calls: number,
        sum: number,
        ms: number,
        trace: m.hash,
      }),
    ),
    slowest: list(
      object({
        trace: m.hash,
        ms: number,
        spans: number,
        failed: flag,
        steps: list(object({ at: number, ms: number, ...ends, phase: oneOf(phases), operation: m.title })),
        leftOutMs: number,
      }),
    ),
    places: maybe(
      list(
        object({
          name: m.host,
          namespace: m.name,
          services: list(m.name),
          workloads: list(object({ kind: m.word, name: m.name })),
          nodes: list(m.name),
          asked: flag,
          sure: flag,
        }),
      ),
    ),
  }),
)
