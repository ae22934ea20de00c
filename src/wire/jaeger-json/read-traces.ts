import { jsonNodes } from '../json-nodes.ts'
import { spansOfResources } from './otlp.ts'
import { spansOfData } from './query.ts'
import { mostSpans, type ReadSpan, type TracesRead } from './span.ts'
import { type Fields, fieldsOf, listOf, wordOf } from './values.ts'

/** Parsed, a value takes some fifty bytes; a span of OTLP's has a hundred values. */
const mostValues = 12_000_000

/**
 * Traces in any of the shapes that Jaeger answers with or saves, and OTLP's own: one document, or one a line. Takes
 * time in proportion to the text, and keeps at most `mostSpans`.
 */
export function readTraces(text: string): TracesRead {
  const spans: ReadSpan[] = []
  let [unread, refused, isTraces, past] = [0, null as number | null, false, false]
  const each = (span: ReadSpan | null): boolean => {
    if (span === null) unread++
    else if (spans.length < mostSpans) spans.push(span)
    else past = true
    return !past
  }
  const document = (value: unknown): void => {
    const { result, resourceSpans, data, error, errors } = fieldsOf(value)
    const v3 = resourceSpans ?? fieldsOf(result)['resourceSpans']
    isTraces ||= v3 !== undefined || Array.isArray(data) || fieldsOf(value)['result'] !== undefined
    refused ??= statusOf(error) ?? statusOf(listOf(errors)[0])
    spansOfResources(v3, each)
    if (!past) spansOfData(data, each)
  }
  const end = eachDocument(text, document)
  // What Jaeger saves for one trace is that trace, in a list of one or alone.
  const shape = end === 'whole' && !isTraces ? 'no-traces' : end
  return { spans, end: past ? 'cut-off' : shape, refused, unread }
}

/** JSON.parse takes microseconds to refuse a line: fifty thousand of `{` took a fifth of a second. */
const mostFailed = 1000

/** `cut-off`: the last line is a part of one, or there is more than is read, or too many lines are no JSON. */
function eachDocument(text: string, each: (value: unknown) => void): 'whole' | 'cut-off' | 'not-json' {
  if (jsonNodes(text) > mostValues) return 'cut-off'
  const whole = parsed(text)
  if (whole !== undefined) {
    for (const it of Array.isArray(whole) ? listOf(whole) : [whole]) each(it)
    return 'whole'
  }
  const lines = text.split('\n').filter((it) => it.trim() !== '')
  let [read, failed] = [0, 0]
  for (const line of lines) {
    if (failed >= mostFailed) break
    const value = parsed(line)
    if (value === undefined) failed++
    else read++
    if (value !== undefined) each(value)
  }
  if (read > 0) return failed === 0 ? 'whole' : 'cut-off'
  return /^\s{0,100}[[{]/.test(text) ? 'cut-off' : 'not-json'
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** `{ httpCode: 404, message }` of v3, `{ code: 404, msg }` of the one before. */
function statusOf(error: unknown): number | null {
  const { httpCode, code } = fieldsOf(error)
  const status = httpCode ?? code
  return typeof status === 'number' && Number.isInteger(status) && status >= 0 && status < 1000 ? status : null
}

const mostServices = 1000

/** The names that `/api/v3/services` or `/api/services` lists; null where the text is no such list. */
export function readServices(text: string): readonly string[] | null {
  if (jsonNodes(text) > mostValues) return null
  const answer = parsed(text)
  const { services, data } = fieldsOf(answer)
  const list = services ?? data ?? null
  // Without any service Jaeger leaves the list out, or says null.
  const isEmpty = list === null && typeof answer === 'object' && answer !== null && !hasError(fieldsOf(answer))
  if (!Array.isArray(list) && !isEmpty) return null
  return listOf(list)
    .map((it) => wordOf(it).slice(0, 253))
    .filter((it) => it !== '')
    .slice(0, mostServices)
}

function hasError({ error, errors }: Fields): boolean {
  return (error ?? null) !== null || listOf(errors).length > 0
}
