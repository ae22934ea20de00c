import type { RawObject } from '../kube/cluster.ts'

/** Names of more than these say no more. */
const mostNamed = 3

/**
 * `Service shop/web`: objects that stand more than once in what a file holds, and differ by their resourceVersion, so
 * that one of them is older. An object that two commands wrote alike is one.
 */
export function toldTwice(objects: readonly RawObject[]): string | null {
  const versions = new Map<string, Set<string>>()
  for (const { kind, metadata } of objects) {
    if (typeof kind !== 'string') continue
    const at = `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`
    const known = versions.get(at)
    const version = metadata.resourceVersion ?? ''
    if (known === undefined) versions.set(at, new Set([version]))
    else known.add(version)
  }
  const twice = [...versions].filter(([, its]) => its.size > 1).map(([at]) => at)
  if (twice.length === 0) return null
  const more = twice.length > mostNamed ? ` and ${twice.length - mostNamed} more` : ''
  return `${twice.slice(0, mostNamed).join(', ')}${more} ${twice.length === 1 ? 'stands' : 'stand'} in it in two states`
}
