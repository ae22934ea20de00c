import * as v from 'valibot'
import { type Known, known, notCollected } from '../model/known.ts'
import { type Model, type SourceName, sourceNames } from '../model/sources.ts'
import { fromOutside } from '../wire/outside.ts'
import { createIntern } from '../wire/intern.ts'
import { BadRecord, again } from './bad-record.ts'
import { mostRecords, tooMuch } from './json-lines.ts'
import type { Snapshot } from './read.ts'
import { anyHeader, header, record, schemaVersion, singleSources, sourceSchemas } from './schema.ts'
import { told, withoutLabels } from '../phrases.ts'

/** A list source whose items are still to come. */
interface Arriving {
  readonly source: string
  readonly items: unknown[]
  readonly wanted: number
}

/**
 * The snapshot from its records. Sources that this hopscope does not know are skipped; sources that the writer did
 * not know are unknown. Throws BadRecord for anything that does not fit, the missing end record above all.
 */
export async function assemble(records: AsyncIterable<unknown>): Promise<Snapshot> {
  const schemas = sourceSchemas(createIntern({ room: Infinity }))
  const sources = new Map<string, Known<unknown>>()
  let head: v.InferOutput<typeof header> | null = null
  let arriving: Arriving | null = null
  let count = 0
  let ended = false

  for await (const raw of records) {
    if (ended) throw damaged(count + 1, 'it stands after the end')
    if (head === null) {
      head = readHeader(raw)
      count = 1
      continue
    }
    const it = checked(record, raw, count + 1, 'the record')
    if ('end' in it) {
      if (it.records !== count)
        throw damaged(count + 1, `the file says that it holds ${it.records} records, and ${count} are there`)
      ended = true
      continue
    }
    count += 1
    if ('item' in it) {
      if (arriving === null || arriving.source !== it.source)
        throw damaged(count, `an item of ${called(it.source)} out of its place`)
      if (arriving.items.length >= arriving.wanted) throw damaged(count, `more ${called(it.source)} than it says`)
      arriving.items.push(valueOf(it.source, it.item, count))
      continue
    }
    if (sources.has(it.source)) throw damaged(count, `${called(it.source)} a second time`)
    requireComplete(arriving, count)
    requireShape(it, count)
    // Said at once, before the memory is full of them.
    if ('items' in it && it.items > mostRecords) throw tooMuch()
    arriving = it.known && 'items' in it ? { source: it.source, items: [], wanted: it.items } : null
    if (arriving !== null) sources.set(it.source, known(arriving.items))
    else if ('value' in it) sources.set(it.source, known(valueOf(it.source, it.value, count)))
    else if (!it.known) sources.set(it.source, { known: false, why: it.why })
  }

  if (head === null || !ended) throw new BadRecord('is cut off: it ends too early', again)
  requireComplete(arriving, count)
  const { tool, cluster, scope } = head
  const t0 = timeOf(head.t0)
  const all = Object.fromEntries(sourceNames.map((name) => [name, sources.get(name) ?? notCollected(tool)]))
  // Each value went through the schema of its own source.
  return { model: fromOutside({ scope, cluster, sources: all as Model['sources'] }), t0 }

  function valueOf(source: string, raw: unknown, at: number): unknown {
    return isSource(source) ? checked<unknown>(schemas[source], raw, at, source) : null
  }
}

function readHeader(raw: unknown): v.InferOutput<typeof header> {
  const any = v.safeParse(anyHeader, raw)
  if (!any.success) throw new BadRecord('is no hopscope snapshot', 'hopscope collect --out FILE.hops writes one')
  const { schema, tool } = any.output
  if (schema > schemaVersion)
    throw new BadRecord(
      `was written by a newer hopscope (${/^[\w.+-]{1,40}$/.test(tool) ? tool : told(tool, 40)}, ` +
        `file schema ${schema}; this one reads up to ${schemaVersion})`,
      'update hopscope to read it',
    )
  return checked(header, raw, 1, 'the header')
}

function checked<T>(schema: v.GenericSchema<unknown, T>, raw: unknown, at: number, what: string): T {
  const result = v.safeParse(schema, raw, { abortEarly: true })
  if (result.success) return result.output
  const [issue] = result.issues
  const path = v.getDotPath(issue)
  throw damaged(at, `${what}${path === null ? '' : `.${path}`}: ${mismatch(issue)}`)
}

/** Of several forms none fits: each is an object, and so is what was found. */
function mismatch({ expected, received }: v.BaseIssue<unknown>): string {
  return expected === null || expected.includes(received)
    ? 'it has none of the forms that are known'
    : `expected ${expected}, found ${received}`
}

/** A list written as one value, or one value as a list, would pass its schema and fail its readers. */
function requireShape(it: { readonly source: string; readonly known: boolean }, at: number): void {
  if (it.known && isSource(it.source) && singleSources.includes(it.source) === 'items' in it)
    throw damaged(at, `${called(it.source)} has the wrong shape`)
}

function requireComplete(arriving: Arriving | null, at: number): void {
  if (arriving !== null && arriving.items.length !== arriving.wanted)
    throw damaged(at, `${arriving.items.length} of ${arriving.wanted} ${called(arriving.source)}`)
}

/** A file may call one as it likes. */
function called(source: string): string {
  return isSource(source) ? source : told(source, 40)
}

function isSource(name: string): name is SourceName {
  return (sourceNames as readonly string[]).includes(name)
}

function timeOf(text: string): Date {
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) throw damaged(1, 'when it was made is no time')
  return time
}

/** What a file calls its own is in it. */
const longestWhat = 200

function damaged(at: number, what: string): BadRecord {
  const plain = withoutLabels(what)
  return new BadRecord(
    `is damaged at record ${at}: ${plain.length > longestWhat ? `${plain.slice(0, longestWhat)}…` : plain}`,
    again,
  )
}
