import type { RawObject } from './cluster.ts'

/**
 * An object as the API server sent it, without managedFields: bookkeeping that is often half of the bytes. Of an object
 * with a load balancer's status, the names of those who wrote it are kept: an address alone does not say whose it is.
 * And when anybody last wrote anything but the status: what was said of it before that was said of another text. The
 * same of a ConfigMap with a Corefile.
 * Null when it has no name, so is no Kubernetes object.
 */
export function asRawObject(value: unknown): RawObject | null {
  if (typeof value !== 'object' || value === null) return null
  const { metadata, status } = value as { readonly metadata?: Metadata | null; readonly status?: unknown }
  if (typeof metadata !== 'object' || metadata === null || typeof metadata.name !== 'string') return null
  // Labels and annotations are texts, and a namespace is one: what is something else is nothing that anybody can name.
  if (metadata.namespace !== undefined && typeof metadata.namespace !== 'string') delete metadata.namespace
  if (!areTexts(metadata.labels)) metadata.labels = onlyTexts(metadata.labels)
  if (!areTexts(metadata.annotations)) metadata.annotations = onlyTexts(metadata.annotations)
  const isKept = (typeof status === 'object' && status !== null && 'loadBalancer' in status) || hasCorefile(value)
  const writers = isKept ? writersOf(metadata.managedFields) : []
  if (writers.length > 0) metadata.managedFields = writers
  else delete metadata.managedFields
  return value as RawObject
}

/** A server that started before this text was last written may run the one of before. */
function hasCorefile(value: object): boolean {
  const { data } = value as { readonly data?: unknown }
  return typeof data === 'object' && data !== null && 'Corefile' in data
}

function areTexts(map: unknown): boolean {
  if (map === undefined || map === null) return true
  if (typeof map !== 'object' || Array.isArray(map)) return false
  for (const key in map) if (typeof (map as Readonly<Record<string, unknown>>)[key] !== 'string') return false
  return true
}

function onlyTexts(map: unknown): Readonly<Record<string, unknown>> {
  if (typeof map !== 'object' || map === null || Array.isArray(map)) return {}
  return Object.fromEntries(Object.entries(map).filter(([, value]) => typeof value === 'string'))
}

interface Metadata {
  readonly name?: unknown
  namespace?: unknown
  labels?: unknown
  annotations?: unknown
  managedFields?: unknown
}

/** A status's writer by name; of all who wrote the rest, the last time. */
type Writer = { readonly manager: string; readonly subresource: 'status' } | { readonly time: string }

function writersOf(entries: unknown): readonly Writer[] {
  const all: readonly unknown[] = Array.isArray(entries) ? entries.slice(0, mostWriters) : []
  let last = -Infinity
  const status = all.flatMap((it): readonly Writer[] => {
    if (typeof it !== 'object' || it === null) return []
    const { manager, subresource, time } = it as Readonly<Record<string, unknown>>
    if (subresource === 'status') return typeof manager === 'string' ? [{ manager, subresource }] : []
    const at = typeof time === 'string' ? Date.parse(time) : NaN
    if (at > last) last = at
    return []
  })
  return Number.isFinite(last) ? [...status, { time: new Date(last).toISOString() }] : status
}

/** An object has some three; each controller that writes is one. */
const mostWriters = 20
