import type { Corefile } from '../../wire/corefile.ts'
import { isIp, isIpv6 } from '../../wire/ip-family.ts'

export interface HostsName {
  readonly name: string
  readonly ips: readonly string[]
}

/**
 * Names with an IPv4 address that stand in a `hosts` block of the Corefile itself, of its first server block that has
 * one: `ADDRESS NAME...`, each line (coredns, plugin/hosts). Whoever runs this text answers so.
 */
export function hostsOf({ servers }: Corefile): readonly HostsName[] {
  const block = servers.flatMap((it) => it.plugins).find((it) => it.name === 'hosts' && (it.block ?? []).length > 0)
  const pairs = (block?.block ?? []).flatMap(({ name: ip, args }) =>
    isIp(ip) && !isIpv6(ip) ? args.map((name) => ({ ip, name: name.replace(/\.$/, '').toLowerCase() })) : [],
  )
  return [...Map.groupBy(pairs, (it) => it.name)].map(([name, its]) => ({ name, ips: its.map((it) => it.ip) }))
}
