import type { RawObject } from './cluster.ts'

/**
 * An object as the API server sent it, without managedFields: bookkeeping that no one reads and that is often half of
 * the bytes. Null when it has no name, so is no Kubernetes object.
 */
export function asRawObject(value: unknown): RawObject | null {
  if (typeof value !== 'object' || value === null) return null
  const { metadata } = value as { readonly metadata?: { readonly name?: unknown; managedFields?: unknown } | null }
  if (typeof metadata !== 'object' || metadata === null || typeof metadata.name !== 'string') return null
  delete metadata.managedFields
  return value as RawObject
}
