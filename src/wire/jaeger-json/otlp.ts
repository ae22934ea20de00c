import { type Attributes, failureIn, instanceOf, nameOf, namespaceOf, tagsOf } from './attributes.ts'
import type { ReadSpan, SpanKind } from './span.ts'
import { fieldsOf, idOf, listOf, microsOf, mostAttributes, mostMarks, wordOf } from './values.ts'

/** opentelemetry-proto trace.proto: kinds by number, or by name in protobuf's own JSON. */
const kinds: Readonly<Record<string, SpanKind>> = {
  1: 'internal',
  2: 'server',
  3: 'client',
  4: 'producer',
  5: 'consumer',
  SPAN_KIND_INTERNAL: 'internal',
  SPAN_KIND_SERVER: 'server',
  SPAN_KIND_CLIENT: 'client',
  SPAN_KIND_PRODUCER: 'producer',
  SPAN_KIND_CONSUMER: 'consumer',
}

/** `resourceSpans` of OTLP's JSON, as Jaeger's v3 API and the collector's file exporter write it; null: no span. */
export function spansOfResources(value: unknown, each: (span: ReadSpan | null) => boolean): void {
  for (const one of listOf(value)) {
    const resource = fieldsOf(one)
    const process = attributesOf(fieldsOf(resource['resource'])['attributes'])
    const named = process.get('service.name')
    const service = typeof named === 'string' && named !== '' ? named.slice(0, 253) : 'unknown'
    const from = { service, instance: instanceOf(process), namespace: namespaceOf(process) }
    // `instrumentationLibrarySpans` until 2022.
    const scopes = [...listOf(resource['scopeSpans']), ...listOf(resource['instrumentationLibrarySpans'])]
    for (const scope of scopes)
      for (const span of listOf(fieldsOf(scope)['spans'])) if (!each(spanOf(fieldsOf(span), from))) return
  }
}

type From = Pick<ReadSpan, 'service' | 'instance' | 'namespace'>

function spanOf(span: ReturnType<typeof fieldsOf>, from: From): ReadSpan | null {
  const [trace, id] = [idOf(span['traceId']), idOf(span['spanId'])]
  const start = microsOf(span['startTimeUnixNano'], 1000)
  const end = microsOf(span['endTimeUnixNano'], 1000)
  if (trace === null || id === null || start === null || end === null) return null
  const its = attributesOf(span['attributes'])
  const tags = tagsOf(its)
  const status = fieldsOf(span['status'])
  const failed = status['code'] === 2 || status['code'] === 'STATUS_CODE_ERROR'
  const events = listOf(span['events']).slice(0, mostMarks).map(fieldsOf)
  return {
    trace,
    id,
    parent: idOf(span['parentSpanId']),
    follows: false,
    ...from,
    name: nameOf(wordOf(span['name']), tags),
    kind: kinds[String(span['kind'])] ?? 'internal',
    start,
    micros: Math.max(0, end - start),
    failed,
    failure: failed ? failureIn([wordOf(status['message']), ...errorWords(its), ...events.flatMap(exceptionOf)]) : null,
    tags,
    marks: events.flatMap((it) => {
      const at = microsOf(it['timeUnixNano'], 1000)
      return at === null ? [] : [{ name: wordOf(it['name']).slice(0, 80), at }]
    }),
    moved: false,
  }
}

function exceptionOf(event: ReturnType<typeof fieldsOf>): readonly string[] {
  return errorWords(attributesOf(event['attributes']))
}

export function errorWords(its: Attributes): readonly string[] {
  return ['exception.type', 'exception.message', 'error.type', 'error.message', 'message', 'error.object'].flatMap(
    (name) => {
      const value = its.get(name)
      return typeof value === 'string' ? [value] : []
    },
  )
}

function attributesOf(value: unknown): Attributes {
  const its = new Map<string, string | number | boolean>()
  for (const one of listOf(value).slice(0, mostAttributes)) {
    const { key, value: held } = fieldsOf(one)
    const { stringValue, intValue, boolValue, doubleValue } = fieldsOf(held)
    const plain = stringValue ?? intValue ?? boolValue ?? doubleValue
    if (typeof key === 'string' && isPlain(plain)) its.set(key, plain)
  }
  return its
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}
