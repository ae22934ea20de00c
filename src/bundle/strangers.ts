import type { Known } from '../model/known.ts'
import type { UnreadKind } from '../model/sources.ts'
import type { RawObject } from '../kube/cluster.ts'
import { asRawObject } from '../kube/raw-object.ts'
import { asDocument, type Document, resourceOf } from './kinds.ts'
import { isQuietGroup, strangersIn, typedIn, type Typed, unreadKinds } from './unread.ts'

/** A file of objects that nobody here reads, by the kind that its place says: `routes.route.openshift.io`. */
export interface Stranger {
  readonly key: string
  /** null: of no namespace. */
  readonly namespace: string | null
  readonly value: () => Known<unknown>
}

/** Each is read for its number alone. */
const mostFiles = 200

/** What of it may have a say on traffic, in a namespace and in none (null: in all of them). */
export function unreadOf(all: readonly Stranger[], namespace: string | null): readonly UnreadKind[] {
  return unreadKinds(typedOfAll(all, namespace))
}

/** The same, each by itself. */
export function strangersOf(all: readonly Stranger[], namespace: string | null): readonly Typed[] {
  return strangersIn(typedOfAll(all, namespace))
}

function typedOfAll(all: readonly Stranger[], namespace: string | null): readonly Typed[] {
  const its = all
    .filter((it) => namespace === null || it.namespace === null || it.namespace === namespace)
    .filter(({ key }) => !isQuietGroup(groupOfKey(key)))
  return its.flatMap((it, index) => typedOf(it, index < mostFiles))
}

function groupOfKey(key: string): string {
  return key.slice(key.indexOf('.') + 1)
}

/** Those of them that can be read, and are objects. */
export function objectsOf(all: readonly Stranger[], namespace: string | null): readonly RawObject[] {
  const its = all.filter((it) => namespace === null || it.namespace === null || it.namespace === namespace)
  return its.slice(0, mostFiles).flatMap(({ value }) => {
    const read = value()
    return read.known ? othersIn([read.value].flat().flatMap((it) => asDocument(it) ?? [])) : []
  })
}

/** Objects of kinds that nobody here reads. */
export function othersIn(documents: readonly Document[]): readonly RawObject[] {
  return documents
    .flatMap(typedIn)
    .flatMap((it) => (resourceOf(it.apiVersion, it.kind) === null ? (asRawObject(it) ?? []) : []))
}

/** What can't be read is there all the same. */
function typedOf({ key, value }: Stranger, isRead: boolean): readonly Typed[] {
  const read = isRead ? value() : null
  if (read?.known !== true) return [{ apiVersion: `${groupOfKey(key)}/v1`, kind: key.slice(0, key.indexOf('.')) }]
  const documents: readonly unknown[] = Array.isArray(read.value) ? read.value : [read.value]
  return documents.flatMap((it) => {
    const document = asDocument(it)
    return document === null ? [] : typedIn(document)
  })
}
