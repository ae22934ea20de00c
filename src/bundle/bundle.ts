import type { RawObject, Resource } from '../kube/cluster.ts'
import { type Known, known, unknown } from '../model/known.ts'
import { namespacedKeys, keyOf } from './kinds.ts'

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
}

export function bundleOf({ what, taken, pieces, every }: Made): Bundle {
  const absent = (key: string, where: string): Objects => unknown('cut-off', `${what} holds no ${key}${where}`)
  const all = [...pieces.values()].flatMap((it) => [...it.keys()])
  return {
    what,
    taken,
    namespaces: [...new Set(all)].filter((it) => it !== everywhere).toSorted(),
    isWhole: [...pieces].some(([key, its]) => namespacedKeys.has(key) && isWhole(its)),
    read(resource, namespace) {
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
    },
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
