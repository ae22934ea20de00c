import type { Pod } from '../model/pod.ts'
import type { Service } from '../model/service.ts'
import { familyOf } from '../wire/ip-family.ts'
import { withoutComment } from '../wire/resolv-conf.ts'

/** One name of a hosts file. */
export interface HostsEntry {
  readonly ip: string
  /** Without a last dot, in small letters. */
  readonly name: string
}

export function entriesOf(hosts: string): readonly HostsEntry[] {
  return hosts.split('\n').flatMap((line) => {
    const [ip, ...names] = withoutComment(line, /#/).trim().split(/\s+/)
    return ip === undefined ? [] : names.map((it) => ({ ip, name: bare(it) }))
  })
}

/** As the kubelet will have written them, where nobody read the file. */
export function declaredEntries({ hostAliases }: Pick<Pod, 'hostAliases'>): readonly HostsEntry[] {
  return (hostAliases ?? []).flatMap(({ ip, names }) => names.map((it) => ({ ip, name: bare(it) })))
}

/** The first line of a name counts for its family (hosts(5)); its own name and address stand in each pod's file. */
export function entriesToJudge(entries: readonly HostsEntry[], pod: Pod): readonly HostsEntry[] {
  const others = entries.filter((it) => it.ip !== pod.ip && it.name !== pod.name.toLowerCase())
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
  const short = name.endsWith(`.svc.${domain}`) ? name.slice(0, -`.svc.${domain}`.length) : name.replace(/\.svc$/, '')
  const [first = '', second, ...more] = short.split('.')
  if (more.length > 0) return null
  return services.find((it) => it.name === first && it.namespace === (second ?? namespace)) ?? null
}

function bare(name: string): string {
  return name.replace(/\.$/, '').toLowerCase()
}
