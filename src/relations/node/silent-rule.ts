import type { Contact } from '../../model/contacts.ts'
import type { DropRule } from '../../model/node-network.ts'
import { contains } from '../cidr-index.ts'

/**
 * The connects from other nodes that a rule without a counter may have dropped, by what it says itself (nft(8), "ip
 * daddr", "tcp dport", "tcp sport"; iptables-extensions(8), -d, --dport, --sport): the address of the pod, the port
 * there, and the source port where the tries say theirs. A rule that names no range of addresses is not taken for one
 * of them: what else it asks for is not read.
 */
export function mayHaveDropped(
  rule: DropRule,
  /** To pods of the rule's node, past every Service. */
  its: readonly Contact[],
): readonly Contact[] {
  const range = /\bip6? daddr (\S{2,60})|(?:^|\s)-d (\S{2,60})/.exec(rule.rule)
  const to = range?.[1] ?? range?.[2]
  const words = rule.rule.slice(0, mostText)
  if (to === undefined || /\b(?:udp|sctp|icmp)/.test(words)) return []
  const dport = portsIn(/(?:\bdport |--dports? )(\S{1,40})/.exec(words)?.[1])
  const sport = portsIn(/(?:\bsport |--sports? )(\S{1,40})/.exec(words)?.[1])
  if (dport === null || sport === null) return []
  const meant = its.filter((it) => contains(to, it.ip) && dport(it.port))
  const failing = meant.filter((it) => it.tries.some(isLost))
  const isLike = meant.every((it) =>
    it.tries.every(
      (one) => one.sourcePort === undefined || (sport(one.sourcePort) ? one.result !== 'open' : !isLost(one)),
    ),
  )
  // Without a source port that it goes by, all that it is about would be lost.
  const isAll = sport !== every || meant.every((it) => it.tries.every(isLost))
  return isLike && isAll ? failing : []
}

const mostText = 400

const every = (): boolean => true

function isLost({ result }: Contact['tries'][number]): boolean {
  return result === 'timeout' || result === 'no-route'
}

/** `8080`, `1024-65535`, `1024:65535`; null for sets and what else there is: that is not read. */
function portsIn(text: string | undefined): ((port: number) => boolean) | null {
  if (text === undefined) return every
  const [, from, to = from] = /^(\d{1,5})(?:[-:](\d{1,5}))?$/.exec(text) ?? []
  return from === undefined ? null : (port) => port >= Number(from) && port <= Number(to)
}
