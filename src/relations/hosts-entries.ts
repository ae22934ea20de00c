import type { Pod } from '../model/pod.ts'
import type { Service } from '../model/service.ts'
import type { Scope } from '../model/sources.ts'
import { familyOf } from '../wire/ip-family.ts'
import { withoutComment } from '../wire/resolv-conf.ts'
import { isLikelyPublic } from './dns/public-names.ts'
import { ownHostName } from './own-host-name.ts'
import { bareName } from '../wire/dns-name.ts'

/** One name of a hosts file. */
export interface HostsEntry {
  readonly ip: string
  /** Without a last dot, in small letters. */
  readonly name: string
}

export function entriesOf(hosts: string): readonly HostsEntry[] {
  return hosts.split('\n').flatMap((line) => {
    const [ip, ...names] = withoutComment(line, /#/).trim().split(/\s+/)
    return ip === undefined ? [] : names.map((it) => ({ ip, name: bareName(it) }))
  })
}

/** As the kubelet will have written them, where nobody read the file. */
export function declaredEntries({ hostAliases }: Pick<Pod, 'hostAliases'>): readonly HostsEntry[] {
  return (hostAliases ?? []).flatMap(({ ip, names }) => names.map((it) => ({ ip, name: bareName(it) })))
}

/**
 * The first line of a name counts for its family (hosts(5)). Each pod's file has a line of its own name; on the host's
 * network that is the node's.
 */
export function entriesToJudge(entries: readonly HostsEntry[], pod: Pod): readonly HostsEntry[] {
  const own = (ownHostName(pod) ?? pod.node ?? '').toLowerCase()
  const others = entries.filter((it) => it.name !== own)
  return others.filter(
    (it, at) => others.findIndex((one) => one.name === it.name && familyOf(one.ip) === familyOf(it.ip)) === at,
  )
}

/**
 * `cart` and `cart.shop` and `cart.shop.svc` and `cart.shop.svc.cluster.local`, as a pod of `shop` may call Service
 * shop/cart.
 */
export function serviceNamed(
  name: string,
  namespace: string,
  domain: string,
  services: readonly Service[],
): Service | null {
  const short = shortName(name, domain)
  const [first = '', second, ...more] = short.split('.')
  if (more.length > 0) return null
  return services.find((it) => it.name === first && it.namespace === (second ?? namespace)) ?? null
}

/**
 * `cart.shop`, `cart.shop.svc`, `cart.shop.svc.cluster.local`, where Services of `shop` were not read: the namespace.
 * A name of two labels may as well be one outside of the cluster; `namespaces` tell, where they are known.
 */
export function unreadNamespace(name: string, { scope, namespaces, domain }: Unread): string | null {
  const short = shortName(name, domain)
  const [, namespace, ...more] = short.split('.')
  if (namespace === undefined || more.length > 0 || scope.namespace === null || scope.namespace === namespace)
    return null
  if (namespaces !== null) return namespaces.includes(namespace) ? namespace : null
  // `localhost.localdomain` stands in the files of many images and nodes.
  const isNone = isLikelyPublic(namespace) || namespace.startsWith('localdomain')
  return short === name && isNone ? null : namespace
}

/** `cart.shop` of its longer spellings. */
function shortName(name: string, domain: string): string {
  return name.endsWith(`.svc.${domain}`) ? name.slice(0, -`.svc.${domain}`.length) : name.replace(/\.svc$/, '')
}

interface Unread {
  readonly scope: Pick<Scope, 'namespace'>
  /** null: not read. */
  readonly namespaces: readonly string[] | null
  readonly domain: string
}
