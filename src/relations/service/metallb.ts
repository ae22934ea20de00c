import type { AddressPool, Advertisement } from '../../model/beside.ts'
import type { Known } from '../../model/known.ts'
import type { Namespace } from '../../model/network-policy.ts'
import type { Node } from '../../model/node.ts'
import type { Pod } from '../../model/pod.ts'
import type { Service } from '../../model/service.ts'
import { flagOf } from '../../wire/component-args.ts'
import { contains } from '../cidr-index.ts'
import { hasPairs, labelOf, selects } from '../selector.ts'

/** `192.0.2.10-192.0.2.20`; null for what is none of IPv4. */
export function rangeOf(range: string): readonly [number, number] | null {
  const [, from = '', to = ''] = /^\s*([\d.]{7,15})\s*-\s*([\d.]{7,15})\s*$/.exec(range) ?? []
  const [low, high] = [numberOf(from), numberOf(to)]
  return low === null || high === null ? null : [low, high]
}

export function numberOf(ip: string): number | null {
  const parts = ip.split('.').map(Number)
  const isIp = parts.length === 4 && parts.every((it) => Number.isInteger(it) && it >= 0 && it < 256)
  return isIp ? parts.reduce((all, it) => all * 256 + it, 0) : null
}

/** The pool that has this address, by its ranges; of ranges of IPv6 that are no CIDR nothing is told. */
export function poolOf(pools: readonly AddressPool[], address: string): AddressPool | null {
  const number = numberOf(address)
  const has = (it: string): boolean => {
    if (it.includes('/')) return contains(it.trim(), address)
    const range = rangeOf(it)
    return range !== null && number !== null && range[0] <= number && number <= range[1]
  }
  return pools.find((pool) => pool.addresses.some(has)) ?? null
}

/**
 * Whether Services like this one may have its addresses (internal/allocator, isPoolCompatibleWithService): it is of one
 * of the namespaces, if any is named or chosen, and one of the selectors chooses it. null: the labels of namespaces
 * decide, and are not known.
 */
export function isPoolFor(
  { only }: AddressPool,
  { namespace, labels = {} }: Pick<Service, 'namespace' | 'labels'>,
  namespaces: Known<readonly Namespace[]>,
): boolean | null {
  if (only === undefined) return true
  const { servicesBy, namespacesBy } = only
  if (servicesBy.length > 0 && !servicesBy.some((it) => selects(it, labels))) return false
  if (only.namespaces.includes(namespace)) return true
  if (namespacesBy.length === 0) return only.namespaces.length === 0
  if (!namespaces.known) return null
  const chosen = namespaces.value.filter((it) => namespacesBy.some((one) => selects(one, it.labels)))
  // Selectors that choose none keep nobody away: then no namespace is named.
  if (chosen.length === 0 && only.namespaces.length === 0) return null
  return chosen.some((it) => it.name === namespace)
}

/**
 * Those that may announce addresses of the pool: all without a choice, and, of recordings without the selectors, those
 * that choose by labels (metallb, internal/config: by name or by selector, and neither is all).
 */
export function announcing(
  all: readonly Advertisement[],
  { namespace, name, labels = {} }: AddressPool,
): readonly Advertisement[] {
  return all.filter((it) => {
    if (it.namespace !== namespace) return false
    if (it.pools.includes(name)) return true
    if (it.selectsPools !== 'labels') return it.pools.length === 0
    return it.poolsBy === undefined || it.poolsBy.some((one) => selects(one, labels))
  })
}

/** Whether this node is one of those that an advertisement chooses; each, where what chooses them was not kept. */
export function choosesNode({ nodes, choosesNodes, nodesBy }: Advertisement, { labels }: Node): boolean {
  if (nodesBy !== undefined) return nodesBy.some((it) => selects(it, labels))
  return nodes === null || choosesNodes === 'expressions' || nodes.some((pairs) => hasPairs(pairs, labels))
}

/** Its speakers heed it, unless they are started with `--ignore-exclude-lb` (speaker/main.go). */
export const excludingLabel = 'node.kubernetes.io/exclude-from-external-load-balancers'

/**
 * Whether the speakers heed that label; null where none is known by its labels. `--ignore-exclude-lb` is a boolean flag
 * of Go's: by itself it is true (speaker/main.go; metallb.io, "Troubleshooting").
 */
export function speakersHeed(pods: readonly Pod[]): boolean | null {
  const speakers = speakersIn(pods)
  if (speakers.length === 0) return null
  return speakers.some((it) =>
    it.containers.every(({ args }) => !/^(?:|true|t|1)$/i.test(flagOf(args, 'ignore-exclude-lb') ?? 'false')),
  )
}

/** Nodes with a ready speaker, which alone announces; null where none is known by its labels. */
export function speakingNodes(pods: readonly Pod[]): ReadonlySet<string> | null {
  const speakers = speakersIn(pods)
  return speakers.length === 0 ? null : new Set(speakers.flatMap((it) => (it.ready ? (it.node ?? []) : [])))
}

function speakersIn(pods: readonly Pod[]): readonly Pod[] {
  return pods.filter(
    ({ labels }) =>
      (labelOf(labels, 'app') === 'metallb' && labelOf(labels, 'component') === 'speaker') ||
      (labelOf(labels, 'app.kubernetes.io/name') === 'metallb' &&
        labelOf(labels, 'app.kubernetes.io/component') === 'speaker'),
  )
}
