import type { Corefile, CorefilePlugin } from '../../wire/corefile.ts'
import { zoneOf } from '../../wire/corefile.ts'
import { contains } from '../cidr-index.ts'
import { isWithin } from '../../wire/dns-name.ts'

/** `block` says REFUSED, `filter` an empty answer, `drop` nothing at all (coredns plugin/acl ServeDNS). */
export type AclAction = 'block' | 'filter' | 'drop'

export interface AclRule {
  readonly action: AclAction | 'allow'
  readonly line: number
  /** As written, for the caret: `drop net 10.0.0.0/8`. */
  readonly text: string
  /** Upper case; null = every type. */
  readonly types: readonly string[] | null
  /** null = every client. */
  readonly nets: readonly string[] | null
}

/**
 * The rules of each `acl` of the blocks that serve this zone, for all of it or for a zone below; of each the first that
 * fits decides.
 */
export function aclsFor(corefile: Corefile, zone: string): readonly (readonly AclRule[])[] {
  return corefile.servers.flatMap(({ keys, plugins }) =>
    keys.some((it) => touches(zoneOf(it), zone)) && plugins.some((it) => it.name === 'kubernetes')
      ? plugins
          .filter(
            (it) => it.name === 'acl' && (it.args.length === 0 || it.args.some((one) => touches(zoneOf(one), zone))),
          )
          .map((it) => (it.block ?? []).flatMap(ruleOf))
      : [],
  )
}

/** The rule that keeps this client from addresses; null where it is let through. */
export function keptOut(acls: readonly (readonly AclRule[])[], ip: string): AclRule | null {
  for (const rules of acls) {
    const first = rules.find((it) => asksA(it) && (it.nets === null || it.nets.some((net) => contains(net, ip))))
    // An allow ends it for the acls behind, too.
    if (first !== undefined) return first.action === 'allow' ? null : first
  }
  return null
}

function asksA({ types }: AclRule): boolean {
  return types === null || types.includes('A') || types.includes('*')
}

/** `ACTION [type QTYPE...] [net SOURCE...]`; an address alone is a network of one (coredns plugin/acl setup.go). */
function ruleOf({ name, args, line }: CorefilePlugin): readonly AclRule[] {
  const action = name.toLowerCase()
  if (action !== 'allow' && action !== 'block' && action !== 'filter' && action !== 'drop') return []
  const sections: Record<'type' | 'net', string[]> = { type: [], net: [] }
  let at: 'type' | 'net' | null = null
  for (const word of args) {
    const lower = word.toLowerCase()
    if (lower === 'type' || lower === 'net') at = lower
    else if (at !== null) sections[at].push(word)
  }
  const all = (words: readonly string[]): boolean => words.length === 0 || words.includes('*')
  return [
    {
      action,
      line,
      text: [name, ...args].join(' '),
      types: all(sections.type) ? null : sections.type.map((it) => it.toUpperCase()),
      nets: all(sections.net) ? null : sections.net.map(networkOf),
    },
  ]
}

function networkOf(source: string): string {
  if (source.includes('/')) return source
  return source.includes(':') ? `${source}/128` : `${source}/32`
}

function touches(a: string, b: string): boolean {
  return isWithin(a, b) || isWithin(b, a)
}
