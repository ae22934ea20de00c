import type { MeshHttpMatch } from '../../model/mesh.ts'

/** What a rule without a match takes (networking/v1 virtual_service.proto, HTTPRoute). */
export const everyRequest: readonly MeshHttpMatch[] = [{ type: 'prefix', path: '/', more: 'nothing' }]

/** A prefix is one of letters: `/cart` takes `/carts` (route.proto of Envoy, `prefix`). An expression takes nothing. */
export function fitsPath({ type, path }: MeshHttpMatch, asked: string): boolean {
  if (type === 'regex') return false
  return type === 'exact' ? asked === path : asked.startsWith(path)
}

/** Whether one of them may have a request for the path: of an expression, or with a header, nobody tells. */
export function mayTake(matches: readonly MeshHttpMatch[], path: string): boolean {
  return matches.some((it) => it.type === 'regex' || fitsPath(it, path))
}
