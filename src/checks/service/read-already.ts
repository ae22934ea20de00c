import type { Contact } from '../../model/contacts.ts'
import type { ConntrackWindow } from '../../model/counters.ts'
import type { Known } from '../../model/known.ts'
import type { NodeNetworks } from '../../model/node-network.ts'
import type { Service } from '../../model/service.ts'
import { textOrder } from '../../model/text-order.ts'
import { count, percent, some } from '../../phrases.ts'
import type { Fingerprint } from '../../relations/service/service-contacts.ts'
import { meanings } from './connect-meanings.ts'

/** What this run has read itself on every node that fails: who reads it again hears the same. */
interface Read {
  readonly readOn: readonly string[]
  /** Endpoints that kube-proxy's rules lead the address to, at the least; null where not read on each node. */
  readonly ledTo: number | null
  /** Of conntrack while the probe ran; null where one of the nodes gave none. */
  readonly drop: number | null
  readonly insertFailed: number | null
  /** The share of the fullest table; null where it is not known. */
  readonly filled: number | null
}

interface Sources {
  readonly conntrack: Known<readonly ConntrackWindow[]>
  readonly nodeNetworks: Known<NodeNetworks>
}

export function readAlready(service: Service, sick: readonly Contact[], { conntrack, nodeNetworks }: Sources): Read {
  const readOn = [...new Set(sick.map((it) => it.node))].toSorted(textOrder)
  const ports = new Set(sick.map((it) => it.service.port))
  const ruled = readOn.flatMap(
    (node) =>
      (nodeNetworks.known ? nodeNetworks.value.nodes : [])
        .find((it) => it.node === node)
        ?.serviceRules?.filter((it) => it.ip === service.clusterIP && ports.has(it.port)) ?? [],
  )
  const isRuled = readOn.every((node) =>
    (nodeNetworks.known ? nodeNetworks.value.nodes : []).some(
      (it) => it.node === node && it.serviceRules !== undefined,
    ),
  )
  const windows = (conntrack.known ? conntrack.value : []).filter((it) => readOn.includes(it.node))
  const isCounted = readOn.every((node) => windows.some((it) => it.node === node))
  const sum = (of: 'drop' | 'insert_failed'): number => windows.reduce((total, it) => total + it.delta[of], 0)
  const shares = windows.flatMap(({ entries, max }) => (entries === null || max === null ? [] : [entries / max]))
  return {
    readOn,
    ledTo: isRuled ? Math.min(...(ruled.length === 0 ? [0] : ruled.map((it) => it.endpoints.length))) : null,
    drop: isCounted ? sum('drop') : null,
    insertFailed: isCounted ? sum('insert_failed') : null,
    filled: isCounted && shares.length > 0 ? Math.max(...shares) : null,
  }
}

type Reads = Read & { readonly fingerprint: Fingerprint }

/** Whether what the pattern of the failures would have one look at was looked at. */
export function isRead({ fingerprint, ledTo, drop }: Reads): boolean {
  const { reads } = meanings[fingerprint]
  return reads === 'rules' ? ledTo !== null : reads === 'counters' && drop !== null
}

export function lookOf(args: Reads): string {
  const { look, reads } = meanings[args.fingerprint]
  return reads === undefined || !isRead(args) ? look : lookPast[reads]
}

const lookPast: Readonly<Record<'rules' | 'counters', string>> = {
  rules: 'see what else has this address on these nodes: rules of somebody else, an agent, an address of an interface',
  counters: 'look at the load of the pods, and at what drops packets on the way to them',
}

/** What was read of it, after what the pattern means. */
export function readText(args: Reads): string {
  if (!isRead(args)) return ''
  const nodes = some(args.readOn)
  if (meanings[args.fingerprint].reads === 'rules')
    return (
      `; kube-proxy's rules on ${nodes} were read, and lead it ` +
      (args.ledTo === 0 ? 'nowhere' : `to ${count(args.ledTo ?? 0, 'endpoint')}`)
    )
  return (
    `; conntrack of ${nodes} while the probe ran: drop +${args.drop}, insert_failed +${args.insertFailed}` +
    (args.filled === null ? '' : `, its table ${percent(args.filled)} full`)
  )
}
