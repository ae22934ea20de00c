import type { Hop, PhaseTimes, Spans } from '../../src/model/spans.ts'
import type { ReadSpan, SpanTags } from '../../src/wire/jaeger-json/span.ts'

type SpanOf = Partial<Omit<ReadSpan, 'start' | 'micros' | 'tags'>> & {
  /** Milliseconds, from the start of its trace. */
  readonly at?: number
  readonly ms?: number
  readonly tags?: Partial<SpanTags>
}

const noTags: SpanTags = { db: null, messaging: null, peer: null, port: null, status: null, sampler: null }

/** One span; `id` and what is given make it. */
export function span(id: string, { at = 0, ms = 1, tags = {}, ...its }: SpanOf): ReadSpan {
  return {
    trace: 'a1',
    id,
    parent: null,
    follows: false,
    service: 'web',
    instance: null,
    namespace: null,
    name: 'GET /cart',
    kind: 'internal',
    failed: false,
    failure: null,
    marks: [],
    moved: false,
    ...its,
    start: 1_700_000_000_000_000 + at * 1000,
    micros: ms * 1000,
    tags: { ...noTags, ...tags },
  }
}

export function phaseTimes(its: Partial<PhaseTimes> & Pick<PhaseTimes, 'phase'>): PhaseTimes {
  return {
    count: 20,
    p50: 2,
    p95: 4,
    max: 5,
    sum: 50,
    slow: 0,
    dnsTeeth: 0,
    synTeeth: 0,
    trace: 'a1',
    operation: 'GET /cart',
    instance: null,
    ...its,
  }
}

export function hop(its: Partial<Hop>): Hop {
  return {
    from: 'web',
    to: 'cart',
    kind: 'service',
    system: null,
    calls: 20,
    failures: [],
    times: [phaseTimes({ phase: 'work' }), phaseTimes({ phase: 'before' })],
    busiest: 2,
    waiting: 0,
    ...its,
  }
}

/** Twenty traces in which all is well, but for what is given. */
export function traced(its: Partial<Spans>): Spans {
  return {
    asked: { where: 'a.json', service: null, trace: null, sinceMs: 3_600_000, slowMs: 1000, byLength: true },
    traces: 20,
    recent: 20,
    slow: 0,
    spans: 80,
    isLimited: false,
    samplers: [],
    doubts: { orphans: 0, cycles: 0, duplicates: 0, skewed: 0, unread: 0, cutOff: 0 },
    hops: [
      hop({}),
      hop({ from: 'cart', to: 'db', kind: 'database', system: 'postgresql', times: [phaseTimes({ phase: 'work' })] }),
    ],
    scattered: [],
    slowest: [],
    ...its,
  }
}

/** Rows of every check's table: what traces that lack something say is no verdict. */
export const doubtfulTraces = [
  {
    it: 'no trace at all',
    given: { spans: traced({ traces: 0, spans: 0, hops: [] }) },
    expect: 'cannot-tell' as const,
  },
  ...(['orphans', 'cycles', 'unread', 'cutOff'] as const).map((doubt) => ({
    it: `spans are missing: ${doubt}`,
    given: { spans: traced({ doubts: { ...traced({}).doubts, [doubt]: 1 } }) },
    expect: 'cannot-tell' as const,
  })),
]

/** The same traces as evidence of a diagnosis: `web` and `cart` of namespace shop, each on its node. */
export function placed(its: Partial<Spans> = {}, sure = true): Spans {
  const place = (name: string, asked: boolean) => ({
    name,
    namespace: 'shop',
    services: [name],
    workloads: [{ kind: 'Deployment', name }],
    nodes: ['worker-1'],
    asked,
    sure,
  })
  return traced({ places: [place('web', true), place('cart', false)], ...its })
}
