import { type Attributes, failureIn, instanceOf, nameOf, namespaceOf, tagsOf } from './attributes.ts'
import { errorWords } from './otlp.ts'
import type { ReadSpan, SpanKind } from './span.ts'
import { type Fields, fieldsOf, idOf, listOf, microsOf, mostAttributes, mostMarks, wordOf } from './values.ts'

const kinds: ReadonlySet<string> = new Set<SpanKind>(['server', 'client', 'producer', 'consumer'])

function isKind(value: unknown): value is SpanKind {
  return typeof value === 'string' && kinds.has(value)
}

type Process = Pick<ReadSpan, 'service' | 'instance' | 'namespace'>

/**
 * `data` of `/api/traces`, which Jaeger's own page is made of and saves (jaeger: model/json/model.go). Never promised
 * to anybody, and the only one that each version has.
 */
export function spansOfData(value: unknown, each: (span: ReadSpan | null) => boolean): void {
  for (const one of listOf(value)) {
    const { processes, spans } = fieldsOf(one)
    const named = fieldsOf(processes)
    const known = new Map<string, Process>()
    for (const span of listOf(spans).map(fieldsOf)) {
      const key = wordOf(span['processID'])
      const own = span['process'] ?? (Object.hasOwn(named, key) ? named[key] : undefined)
      const process = (span['process'] === undefined ? known.get(key) : undefined) ?? processOf(fieldsOf(own))
      if (span['process'] === undefined) known.set(key, process)
      if (!each(spanOf(span, process))) return
    }
  }
}

function processOf(process: Fields): Process {
  const service = wordOf(process['serviceName']).slice(0, 253)
  const tags = tagsIn(process['tags'])
  return { service: service === '' ? 'unknown' : service, instance: instanceOf(tags), namespace: namespaceOf(tags) }
}

function spanOf(span: Fields, process: Process): ReadSpan | null {
  const [trace, id] = [idOf(span['traceID']), idOf(span['spanID'])]
  const [start, micros] = [microsOf(span['startTime'], 1), microsOf(span['duration'], 1)]
  if (trace === null || id === null || start === null || micros === null) return null
  const its = tagsIn(span['tags'])
  const tags = tagsOf(its)
  const kind = its.get('span.kind')
  const error = its.get('error')
  const failed = error === true || error === 'true' || its.get('otel.status_code') === 'ERROR'
  const logs = listOf(span['logs']).slice(0, mostMarks).map(fieldsOf)
  const said = its.get('otel.status_description')
  return {
    trace,
    id,
    ...parentOf(span, trace),
    ...process,
    name: nameOf(wordOf(span['operationName']), tags),
    kind: isKind(kind) ? kind : 'internal',
    start,
    micros,
    failed,
    failure: failed
      ? failureIn([
          typeof said === 'string' ? said : '',
          ...errorWords(its),
          ...logs.flatMap((it) => errorWords(tagsIn(it['fields']))),
        ])
      : null,
    tags,
    marks: logs.flatMap((it) => {
      const at = microsOf(it['timestamp'], 1)
      const name = tagsIn(it['fields']).get('event')
      return at === null || typeof name !== 'string' ? [] : [{ name: name.slice(0, 80), at }]
    }),
    // cmd/query/app/…/adjuster/clockskew.go says so where it could not; where it could it says nothing.
    moved: listOf(span['warnings']).some((it) => wordOf(it).slice(0, 200).includes('clock skew')),
  }
}

/** The first that waits for it; else the first that it follows. Links into other traces are no parents. */
function parentOf(span: Fields, trace: string): Pick<ReadSpan, 'parent' | 'follows'> {
  const own = listOf(span['references'])
    .slice(0, mostMarks)
    .map(fieldsOf)
    .filter((it) => idOf(it['traceID']) === trace)
  const first = own.find((it) => it['refType'] !== 'FOLLOWS_FROM') ?? own[0]
  return first === undefined
    ? { parent: idOf(span['parentSpanID']), follows: false }
    : { parent: idOf(first['spanID']), follows: first['refType'] === 'FOLLOWS_FROM' }
}

function tagsIn(value: unknown): Attributes {
  const its = new Map<string, string | number | boolean>()
  for (const one of listOf(value).slice(0, mostAttributes)) {
    const { key, value: held } = fieldsOf(one)
    if (typeof key !== 'string') continue
    if (typeof held === 'string' || typeof held === 'number' || typeof held === 'boolean') its.set(key, held)
  }
  return its
}
