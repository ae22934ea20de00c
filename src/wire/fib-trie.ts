interface TableRoute {
  readonly table: string
  readonly to: string
  readonly refuses: boolean
}

export interface FibTables {
  /**
   * `none`: no `ip rule` was ever added. The kernel keeps the tables `local` and `main` in one until the first is
   * (net/ipv4/fib_rules.c, fib4_rule_configure: fib_unmerge), and shows what it holds under both names.
   */
  readonly rules: 'none' | 'added' | 'unknown'
  /** Of tables that a rule alone leads to, but for their default routes. */
  readonly others: readonly TableRoute[]
}

const mostBytes = 1_000_000
const mostRoutes = 200

/** /proc/net/fib_trie (net/ipv4/fib_trie.c, fib_trie_seq_show): each table's prefixes and types, without next hops. */
export function fibTablesIn(text: string): FibTables {
  if (text.length > mostBytes) return { rules: 'unknown', others: [] }
  const others: TableRoute[] = []
  let [table, prefix] = ['', '']
  let [hasMain, isMerged] = [false, false]
  for (const line of text.split('\n')) {
    if (line.length > 200) continue
    const [, named, id] = /^(?:(Main|Local)|Id (\d{1,10})):$/.exec(line) ?? []
    if (named !== undefined || id !== undefined) {
      table = named ?? id ?? ''
      hasMain ||= named === 'Main'
      continue
    }
    const words = line.trim().split(/\s+/, 4)
    if (words[0] === '|--') prefix = words[1] ?? ''
    if (words[0]?.startsWith('/') !== true) continue
    const type = words[2] ?? ''
    // Local addresses in `main`: they stand there as long as the two are one.
    if (table === 'Main' && type === 'LOCAL') isMerged = true
    if (table === '' || table === 'Main' || table === 'Local' || table === defaultTable || words[0] === '/0') continue
    if (!/^[\d.]{7,15}$/.test(prefix) || !/^\/\d{1,2}$/.test(words[0])) continue
    if (others.length === mostRoutes) return { rules: 'unknown', others }
    others.push({ table, to: `${prefix}${words[0]}`, refuses: refusals.has(type) })
  }
  if (!hasMain) return { rules: 'unknown', others }
  return { rules: isMerged ? 'none' : 'added', others }
}

/** Its rule is there from the start (32767). */
const defaultTable = '253'

/** rtn_type_names of the same file. */
const refusals: ReadonlySet<string> = new Set(['BLACKHOLE', 'UNREACHABLE', 'PROHIBIT'])
