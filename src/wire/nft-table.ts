import { asNftName, type NftName } from './node-names.ts'

export const nftFamilies = ['ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev'] as const
export type NftFamily = (typeof nftFamilies)[number]

export interface NftTable {
  readonly family: NftFamily
  /** null: a name that is no word, which is not asked for. */
  readonly name: NftName | null
}

/** A rule that drops or refuses what a node forwards, or a chain's policy. */
export interface NftDrop {
  readonly chain: string
  /** As nft has it, without what its counters say; `policy` for what a chain does with the rest. */
  readonly rule: string
  readonly target: 'DROP' | 'REJECT'
  /** null: it counts nothing, or counts other packets as well. */
  readonly total: number | null
}

/** More than a megabyte of text has, which is all that is read of a command. */
const mostRules = 20_000
const longestRule = 300

/** `table inet firewalld { # handle 3`, as `nft list tables` has them, a line each. */
export function nftTablesIn(text: string): readonly NftTable[] {
  return text.split('\n').flatMap((line) => {
    const [, family, name = ''] = /^table (\S{1,10}) (\S{1,200})/.exec(line) ?? []
    const known = nftFamilies.find((it) => it === family)
    return known === undefined ? [] : [{ family: known, name: asNftName(name) }]
  })
}

interface Chain {
  readonly name: string
  hook: string | null
  readonly drops: NftDrop[]
  readonly leadsTo: string[]
}

/** What is for the node itself, and comes from it, is no connection of pods. */
const ofTheNode: ReadonlySet<string> = new Set(['input', 'output'])

/**
 * What `nft -t list table FAMILY NAME` prints, as far as it drops what is forwarded. nft writes each rule on a line of
 * its own, and closes what it opens at the start of a line. null: that is not what it prints, or
 * more than is read.
 */
export function nftDropsIn(text: string): readonly NftDrop[] | null {
  const lines = text.split('\n').map((it) => it.trim())
  if (!lines.some((it) => it.startsWith('table '))) return null
  const counters = countersIn(lines)
  const chains = new Map<string, Chain>()
  let chain: Chain | null = null
  let drops = 0
  for (const line of lines) {
    const [, opened] = /^chain (\S{1,200}) \{/.exec(line) ?? []
    if (opened !== undefined) {
      chain = { name: opened, hook: null, drops: [], leadsTo: [] }
      chains.set(opened, chain)
    } else if (line === '}') {
      chain = null
    } else if (chain !== null && line !== '') {
      const base = /^type \S{1,20} hook (\S{1,20}) /.exec(line)
      if (base?.[1] !== undefined) chain.hook = base[1]
      for (const [, to = ''] of bare(line).matchAll(/\b(?:jump|goto) ([^\s,}]{1,200})/g)) chain.leadsTo.push(to)
      const drop = base === null ? ofRule(chain.name, line, counters) : ofPolicy(chain.name, line)
      if (drop !== null) {
        chain.drops.push(drop)
        drops += 1
        if (drops > mostRules) return null
      }
    }
  }
  const hooks = hooksOf(chains)
  return [...chains.values()].flatMap((it) => {
    const its = hooks.get(it.name) ?? new Set()
    // Where no way to a chain was seen there may be one by a map, whose elements are not read.
    return its.size > 0 && its.isSubsetOf(ofTheNode) ? [] : it.drops
  })
}

/** Each chain with the hooks that lead there, over however many chains. */
function hooksOf(chains: ReadonlyMap<string, Chain>): ReadonlyMap<string, ReadonlySet<string>> {
  const hooks = new Map<string, Set<string>>([...chains.keys()].map((it) => [it, new Set<string>()]))
  const left = [...chains.values()].flatMap((it) => (it.hook === null ? [] : [{ chain: it, hook: it.hook }]))
  for (let at = left.pop(); at !== undefined; at = left.pop()) {
    const its = hooks.get(at.chain.name)
    if (its === undefined || its.has(at.hook)) continue
    its.add(at.hook)
    for (const to of at.chain.leadsTo) {
      const next = chains.get(to)
      if (next !== undefined) left.push({ chain: next, hook: at.hook })
    }
  }
  return hooks
}

/** Counters with a name: `counter drops {` and on the next line `packets 5 bytes 300`. */
function countersIn(lines: readonly string[]): ReadonlyMap<string, number> {
  return new Map(
    lines.flatMap((line, at) => {
      const [, name] = /^counter (\S{1,200}) \{$/.exec(line) ?? []
      const [, packets] = /^packets (\d{1,20}) bytes \d/.exec(lines[at + 1] ?? '') ?? []
      return name === undefined || packets === undefined ? [] : [[name, Number(packets)] as const]
    }),
  )
}

/** Without what somebody wrote for those who read it, which may be anything; nft has no quote within quotes. */
function bare(line: string): string {
  return line.replace(/ comment "[^"]*"/g, '').replace(/"[^"]*"/g, '""')
}

function ofPolicy(chain: string, line: string): NftDrop | null {
  return / policy drop;/.test(line) ? { chain, rule: 'policy', target: 'DROP', total: null } : null
}

/** `counter packets 5 bytes 300`, `counter name "drops"`: what counts, and nothing but a log after it. */
const lastCounter = /\bcounter (?:packets (\d{1,20}) bytes \d{1,20}|name \S{1,200}) (?:log(?: [^{}]{0,200})? )?$/

function ofRule(chain: string, line: string, counters: ReadonlyMap<string, number>): NftDrop | null {
  const rule = line.replace(/counter packets \d{1,20} bytes \d{1,20}/, 'counter').slice(0, longestRule)
  const text = bare(line)
  const [end] = /(?:^|(?<!\b(?:jump|goto)) )(?:drop|reject(?: with [a-z0-9 -]{1,60})?)$/.exec(text.slice(-120)) ?? []
  if (end === undefined)
    // A map of verdicts counts for none of them.
    return /: drop\b/.test(text) && /\bvmap \{/.test(text) ? { chain, rule, target: 'DROP', total: null } : null
  const target = end.trim() === 'drop' ? 'DROP' : 'REJECT'
  const before = text.slice(0, text.length - end.length)
  const [counted, packets] = lastCounter.exec(`${before} `.slice(-400)) ?? []
  if (counted === undefined) return { chain, rule, target, total: null }
  const [, named = ''] = /\bcounter name "([^"]{1,200})"/.exec(line) ?? []
  return { chain, rule, target, total: packets === undefined ? (counters.get(named) ?? null) : Number(packets) }
}
