import type { Contact } from '../../model/contacts.ts'
import type { NodeNetwork } from '../../model/node-network.ts'
import { contains } from '../cidr-index.ts'
import { isSick } from '../service/service-contacts.ts'

/** A rule of a node that fits what is lost from there, and comes through from other nodes. */
export interface TakingRule {
  readonly table: 'raw' | 'nat'
  readonly family: 'v4' | 'v6'
  readonly chain: string
  readonly rule: string
  readonly lost: readonly Contact[]
}

/**
 * Rules of tables raw and nat that are not kube-proxy's, by their own words: port, address, protocol. Named where each
 * contact that such a rule fits is lost on this node, and the same contact comes through from another. What else a rule
 * asks for (marks, sets, interfaces) is not judged: what is lost speaks for it.
 */
export function rulesThatTake(
  { node, untracked = [], leading = [] }: Pick<NodeNetwork, 'node' | 'untracked' | 'leading'>,
  connects: readonly Contact[],
): readonly TakingRule[] {
  const here = connects.filter((it) => it.node === node)
  const elsewhere = new Set(connects.filter((it) => it.node !== node && !isSick(it)).map(endOf))
  return [
    ...untracked.map((it) => ({ table: 'raw' as const, ...it })),
    ...leading.map((it) => ({ table: 'nat' as const, ...it })),
  ].flatMap((it): readonly TakingRule[] => {
    const fits = fitOf(it.rule)
    if (fits === null) return []
    const its = here.filter((one) => fits(one))
    const lost = its.filter((one) => one.tries.every(({ result }) => result !== 'open'))
    const isAll = lost.length > 0 && lost.length === its.length && lost.every((one) => elsewhere.has(endOf(one)))
    return isAll ? [{ ...it, lost }] : []
  })
}

function endOf({ ip, port }: Contact): string {
  return `${ip} ${port}`
}

/** null: it names neither a port nor an address, or asks for what a TCP connect never is. */
function fitOf(rule: string): ((contact: Contact) => boolean) | null {
  if (/(?:^| )-p (?!tcp|all)/.test(rule) || /! (?:-d|--dports?) /.test(rule)) return null
  const ports = portsOf(rule)
  const to = /(?:^| )-d (\S{1,50})/.exec(rule)?.[1] ?? null
  if (ports === null && to === null) return null
  return ({ ip, port }) =>
    (ports === null || ports.some(([from, until]) => port >= from && port <= until)) &&
    (to === null || contains(to.includes('/') ? to : `${to}/${to.includes(':') ? 128 : 32}`, ip))
}

/** `--dport 80`, `--dport 8000:8080`, `--dports 80,443`. */
function portsOf(rule: string): readonly (readonly [from: number, until: number])[] | null {
  const text = /--dports? ([\d,:]{1,100})/.exec(rule)?.[1]
  if (text === undefined) return null
  return text.split(',').map((it) => {
    const [from = '', until = from] = it.split(':')
    return [Number(from), Number(until)] as const
  })
}
