import type { RawObject, Resource } from '../kube/cluster.ts'
import { type Known, known, unknown } from '../model/known.ts'
import type { UnreadKind } from '../model/sources.ts'
import type { Typed } from './unread.ts'
import { wellShaped } from './misshapen.ts'
import { keyOf, named, namespacedKeys, speaksOfItself } from './kinds.ts'

export type Objects = Known<readonly RawObject[]>

/** Reads one piece: all of a kind in a namespace, or in every one. Read when it is asked for, and not kept. */
export type Piece = () => Objects

/** Of each kind, by namespace; `everywhere` for a kind of no namespace, and for a list of every namespace. */
export type Pieces = Map<string, Map<string, Piece>>

/** What another tool wrote of a cluster, as far as it goes. */
export interface Bundle {
  /** What wrote it: `kubectl cluster-info dump`. */
  readonly what: string
  /** What it is taken for, which nothing in it can prove; null where its maker leaves no doubt. */
  readonly taken: string | null
  /** Namespaces of which it holds something, in order. */
  readonly namespaces: readonly string[]
  /** Whether it holds something of every namespace. */
  readonly isWhole: boolean
  /** All of a kind in a namespace (null: in every one), or why that is not in it. Never a part of it. */
  read(resource: Resource, namespace: string | null): Objects
  /** Whether anything of a kind is in it, of a namespace (null: of any), be it a part, or what can't be read. */
  holds(resource: Resource, namespace: string | null): boolean
  /** Whether all of a kind are in it, of a namespace (null: of every one). */
  hasAll(resource: Resource, namespace: string | null): boolean
  /** What is in it of a kind, of a namespace (null: of any), though that may not be all. */
  part(resource: Resource, namespace: string | null): readonly RawObject[]
  /** Kinds that nobody reads, and that may have a say on traffic. */
  unread(namespace: string | null): readonly UnreadKind[]
  /** The objects of these kinds, as far as they were read. */
  strangers(namespace: string | null): readonly Typed[]
  /** As of Held. */
  withStatus(namespace: string | null): readonly RawObject[]
}

/** No namespace has this name. */
export const everywhere = '*'

export function putPiece(pieces: Pieces, key: string, namespace: string, piece: Piece): void {
  const its = pieces.get(key) ?? new Map<string, Piece>()
  its.set(namespace, piece)
  pieces.set(key, its)
}

export interface Made {
  readonly what: string
  readonly taken: string | null
  readonly pieces: Pieces
  /** Every namespace of the cluster, where the bundle says so. */
  readonly every: readonly string[] | null
  /** Objects that are there, where they may not be all: by key. */
  readonly doubted?: ReadonlyMap<string, readonly RawObject[]>
  /** As of Bundle; none where its maker writes nothing but kinds that are read. */
  readonly unread?: Bundle['unread']
  readonly strangers?: Bundle['strangers']
  /** Objects of kinds that are in no piece, and of which some have a status. */
  readonly others?: (namespace: string | null) => readonly RawObject[]
}

export function bundleOf({
  what,
  taken,
  pieces,
  every,
  doubted = new Map(),
  unread = () => [],
  strangers = () => [],
  others = () => [],
}: Made): Bundle {
  const absent = (key: string, where: string): Objects => unknown('cut-off', `${what} holds no ${key}${where}`)
  const all = [...pieces.values()].flatMap((it) => [...it.keys()])
  return {
    what,
    taken,
    namespaces: [...new Set(all)].filter((it) => it !== everywhere).toSorted(),
    isWhole: [...pieces].some(([key, its]) => namespacedKeys.has(key) && isWhole(its)),
    unread,
    strangers,
    withStatus(namespace) {
      const listed = [...pieces].flatMap(([key, its]) =>
        speaksOfItself(key) ? [...its.values()].flatMap((it) => objectsOf(it()).map((one) => named(one, key))) : [],
      )
      const alone = [...doubted].flatMap(([key, its]) => (speaksOfItself(key) ? its : []))
      return [...listed, ...alone, ...others(namespace)].filter((it) => isOf(namespace)(it) && hasStatus(it))
    },
    holds(resource, namespace) {
      const its = pieces.get(keyOf(resource))
      if (its === undefined) return false
      return namespace === null || its.has(everywhere) || its.has(namespace)
    },
    hasAll(resource, namespace) {
      const its = pieces.get(keyOf(resource))
      if (its === undefined) return false
      const isThere = isWhole(its) || (resource.namespaced && namespace !== null && its.has(namespace))
      return isThere && !(doubted.get(keyOf(resource)) ?? []).some(isOf(namespace))
    },
    part(resource, namespace) {
      const key = keyOf(resource)
      const there = [...(pieces.get(key)?.values() ?? [])].flatMap((it) => objectsOf(it()))
      return [...there, ...(doubted.get(key) ?? [])].filter(isOf(namespace))
    },
    read: (resource, namespace) => wellShaped(readAll(resource, namespace), keyOf(resource), what),
  }

  function readAll(resource: Resource, namespace: string | null): Objects {
    const key = keyOf(resource)
    const its = pieces.get(key)
    if (its === undefined) return absent(key, '')
    const whole = its.get(everywhere)
    if (!resource.namespaced) return whole?.() ?? absent(key, '')
    if (namespace === null) return whole?.() ?? together(key, its)
    const own = its.get(namespace)
    if (own !== undefined) return own()
    if (whole === undefined) return absent(key, ` of namespace ${namespace}`)
    const objects = whole()
    return objects.known ? known(objects.value.filter((it) => it.metadata.namespace === namespace)) : objects
  }

  function isWhole(its: ReadonlyMap<string, Piece>): boolean {
    return its.has(everywhere) || (every !== null && every.length > 0 && every.every((it) => its.has(it)))
  }

  function together(key: string, its: ReadonlyMap<string, Piece>): Objects {
    if (every === null) return absent(key, ' of every namespace')
    const objects: RawObject[] = []
    for (const namespace of every) {
      const piece = its.get(namespace)?.() ?? absent(key, ` of namespace ${namespace}`)
      if (!piece.known) return piece
      for (const it of piece.value) objects.push(it)
    }
    return known(objects)
  }
}

function objectsOf(objects: Objects): readonly RawObject[] {
  return objects.known ? objects.value : []
}

function hasStatus(it: RawObject): boolean {
  const status = (it as { readonly status?: unknown }).status
  return typeof status === 'object' && status !== null
}

function isOf(namespace: string | null): (it: RawObject) => boolean {
  return ({ metadata }) => namespace === null || metadata.namespace === undefined || metadata.namespace === namespace
}
