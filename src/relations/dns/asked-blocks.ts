import type { ClusterDns } from '../../model/cluster-dns.ts'
import { type Corefile, isPlainDns, parseCorefile } from '../../wire/corefile.ts'
import { isLoopback } from '../../wire/ip-family.ts'
import { upstreamAddress } from '../../wire/upstream-address.ts'
import { targetPortIn } from '../service/service-endpoints.ts'

type Asked = Pick<ClusterDns, 'service' | 'pods'>

/**
 * The Corefile without the server blocks that no pod asks: those of another port than the DNS Service leads to, and of
 * another transport. A block to which another forwards over loopback is asked by way of that one. Where nothing would
 * be left the ports are not as they seem, and all of it is.
 */
export function askedBlocks(corefile: Corefile, dns: Asked): Corefile {
  const ports = new Set([...portsAsked(dns), ...portsBehind(corefile)])
  const servers = corefile.servers.flatMap((server) => {
    const keys = server.keys.filter((key) => isAsked(key, ports))
    return keys.length === 0 ? [] : [{ ...server, keys }]
  })
  return servers.length === 0 ? corefile : { ...corefile, servers }
}

/** The same of a text. */
export function askedCorefile(text: string, dns: Asked): Corefile {
  return askedBlocks(parseCorefile(text), dns)
}

/** A key without a port is of the one that CoreDNS's `-dns.port` says; what the environment says is not known. */
function isAsked(key: string, ports: ReadonlySet<number>): boolean {
  if (!isPlainDns(key)) return false
  const port = /:(\d+)$/.exec(key)?.[1]
  return port === undefined || ports.has(Number(port))
}

/** Where the DNS Service leads; 53 where that is not known. */
function portsAsked({ service, pods }: Asked): readonly number[] {
  const targets = (service?.ports ?? [])
    .filter((it) => it.port === 53)
    .flatMap((port) => {
      if (typeof port.targetPort === 'number') return [port.targetPort]
      return pods.flatMap((pod) => targetPortIn(pod, port) ?? [])
    })
  return targets.length === 0 ? [53] : targets
}

function portsBehind({ servers }: Corefile): readonly number[] {
  return servers.flatMap(({ plugins }) =>
    plugins
      .flatMap((it) => it.args.slice(1).map(upstreamAddress))
      .flatMap((it) => (it.kind === 'address' && isLoopback(it.ip) ? [it.port] : [])),
  )
}
