import type { Parted } from '../../relations/service/parted-by-port.ts'

type PartedArgs = {
  /** null: source ports do not part them. */
  readonly partedAt: number | null
  readonly partedSide: Parted['side'] | null
  readonly partedFailed: number
  readonly partedOpen: number
}

/** As arguments of a finding. */
export function partedArgs(it: Parted | null): PartedArgs {
  return {
    partedAt: it?.port ?? null,
    partedSide: it?.side ?? null,
    partedFailed: it?.failed ?? 0,
    partedOpen: it?.open ?? 0,
  }
}

/** What tells the connects that failed from those that opened, where source ports do; else null. */
export function partedText({ partedAt, partedSide, partedFailed, partedOpen }: PartedArgs): string | null {
  if (partedAt === null) return null
  const [they, others] = partedSide === 'from' ? ['and above', 'lower'] : ['and below', 'higher']
  return (
    `all ${partedFailed} that failed left from source ports of ${partedAt} ${they}, and all ${partedOpen} that ` +
    `opened from ${others} ` +
    'ones: what stops them goes by the port that a client leaves from, such as a firewall, a network ACL or a ' +
    'security group that knows a part of the ephemeral ports alone, or one of several links'
  )
}

/** Where such a rule stands: on the node of the pods, or on the network between. */
export const lookForPorts: readonly string[] = [
  'look for a rule that names source ports, on the nodes of the pods and on the network between the nodes',
  'on the nodes of the pods:  nft list ruleset | grep -w sport    iptables-save -c | grep -E -- "--sports? "',
]
