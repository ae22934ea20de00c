import type { Intern } from '../../wire/intern.ts'
import { type Fields, fields, list, stringMap, text } from './json.ts'

export interface Identity {
  readonly namespace: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly metadata: Fields
}

/** Name, namespace and labels of a namespaced object; null without a name or a namespace, for then it is none. */
export function identity(raw: unknown, intern: Intern): Identity | null {
  const metadata = fields(fields(raw)['metadata'])
  const name = text(metadata['name'])
  const namespace = text(metadata['namespace'])
  if (name === null || namespace === null) return null
  return {
    namespace: intern.text(namespace),
    name,
    labels: intern.labels(stringMap(metadata['labels'])),
    metadata,
  }
}

/** `creationTimestamp` in seconds since 1970, which is as fine as the API has it (RFC 3339). */
export function createdOf(metadata: Fields): { readonly created?: number } {
  const at = Date.parse(text(metadata['creationTimestamp']) ?? '')
  return Number.isFinite(at) ? { created: Math.trunc(at / 1000) } : {}
}

/** The controlling owner, else the only one. */
export function ownerOf(metadata: Fields, intern: Intern): { readonly kind: string; readonly name: string } | null {
  const owners = list(metadata['ownerReferences']).map(fields)
  const owner = owners.find((it) => it['controller'] === true) ?? owners[0]
  const kind = text(owner?.['kind'])
  const name = text(owner?.['name'])
  return kind === null || name === null ? null : intern.same({ kind: intern.text(kind), name })
}

/** The status condition of that type. */
export function condition(status: Fields, type: string): Fields | null {
  return (
    list(status['conditions'])
      .map(fields)
      .find((it) => it['type'] === type) ?? null
  )
}
