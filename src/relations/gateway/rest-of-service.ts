import type { ParentRef, RouteMatch } from '../../model/gateway.ts'
import { withoutTrailing } from '../../wire/trim-end.ts'

/** Of the core group, which Linkerd's documentation calls `core`, and the API itself by no name. */
export function isServiceParent({ group, kind }: Pick<ParentRef, 'group' | 'kind'>): boolean {
  return (group === '' || group === 'core') && kind === 'Service'
}

/** A rule without matches takes everything (apis/v1 httproute_types.go, HTTPRouteRule.Matches). */
export const everything: readonly RouteMatch[] = [{ type: 'PathPrefix', path: '/', more: 'nothing' }]

/**
 * Whether all rules of the routes of a Service leave some of its paths to nobody: none takes a plain request for each.
 * Of an expression nobody tells.
 */
export function leavesRest(all: readonly RouteMatch[]): boolean {
  const isWhole = all.some((it) => it.type !== 'Exact' && withoutTrailing(it.path, '/') === '' && it.more === 'nothing')
  return !isWhole && all.every((it) => it.type !== 'RegularExpression')
}
