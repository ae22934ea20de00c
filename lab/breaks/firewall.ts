// Rules that come and go without a trace. iptables-nft makes a table when its first rule is added, and leaves it behind
// empty; only kube-proxy's own tables were there before.
import { LabError } from '../lab.ts'
import type { Place } from './place.ts'

export interface Rule {
  readonly table: 'raw' | 'filter'
  readonly chain: string
  readonly rule: readonly string[]
}

function iptables(table: string, ...args: readonly string[]): readonly string[] {
  return ['iptables', '-w', '5', '-t', table, ...args]
}

export async function addRules(place: Place, rules: readonly Rule[]): Promise<void> {
  for (const { table, chain, rule } of rules) {
    if ((await place.run(iptables(table, '-C', chain, ...rule))).code === 0) continue
    const added = await place.run(iptables(table, '-I', chain, ...rule))
    if (added.code !== 0) throw new LabError(`${place.name}: iptables: ${added.stderr.trim()}`)
  }
}

export async function removeRules(place: Place, rules: readonly Rule[]): Promise<void> {
  for (const { table, chain, rule } of rules) {
    // Once for each time that somebody added it by hand as well.
    while ((await place.run(iptables(table, '-C', chain, ...rule))).code === 0) {
      await place.run(iptables(table, '-D', chain, ...rule))
    }
  }
  for (const table of new Set(rules.map((rule) => rule.table))) await dropIfEmpty(place, table)
}

async function dropIfEmpty(place: Place, table: string): Promise<void> {
  const listed = await place.run(['nft', 'list', 'table', 'ip', table])
  if (listed.code !== 0) return
  const isBare = (await place.run(iptables(table, '-S'))).stdout
    .trim()
    .split('\n')
    .every((line) => /^-P \S+ ACCEPT$/.test(line))
  if (isBare) await place.run(['nft', 'delete', 'table', 'ip', table])
}
