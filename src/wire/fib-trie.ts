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

interface Entry {
  readonly table: string
  readonly to: string
  readonly type: string
}

/**
 * /proc/net/fib_trie (net/ipv4/fib_trie.c, fib_trie_seq_show): each table's prefixes and types, without next hops.
 * `unknown` also where there is more than is read.
 */
export function fibTablesIn(text: string): FibTables {
  if (text.length > mostBytes) return { rules: 'unknown', others: [] }
  const { tables, entries } = entriesIn(text)
  const others = entries
    .filter((it) => !usual.has(it.table) && !it.to.endsWith('/0'))
    .map(({ table, to, type }): TableRoute => ({ table, to, refuses: refusals.has(type) }))
  if (!tables.has('Main') || others.length > mostRoutes)
    return { rules: 'unknown', others: others.slice(0, mostRoutes) }
  // Local addresses in `main`: they stand there as long as the two are one.
  const isMerged = entries.some((it) => it.table === 'Main' && it.type === 'LOCAL')
  return { rules: isMerged ? 'none' : 'added', others }
}

function entriesIn(text: string): { readonly tables: ReadonlySet<string>; readonly entries: readonly Entry[] } {
  const tables = new Set<string>()
  const entries: Entry[] = []
  let [table, prefix] = ['', '']
  for (const line of text.split('\n')) {
    if (line.length > 200) continue
    const [, named] = /^(?:Id )?(Main|Local|\d{1,10}):$/.exec(line) ?? []
    if (named !== undefined) {
      table = named
      tables.add(named)
      continue
    }
    const [first = '', second = '', type = ''] = line.trim().split(/\s+/, 4)
    if (first === '|--') prefix = second
    if (table !== '' && /^\/\d{1,2}$/.test(first) && /^[\d.]{7,15}$/.test(prefix))
      entries.push({ table, to: `${prefix}${first}`, type })
  }
  return { tables, entries }
}

/** `default`, whose rule is there from the start (32767), and the two that each node has. */
const usual: ReadonlySet<string> = new Set(['Main', 'Local', '253'])

/** rtn_type_names of the same file. */
const refusals: ReadonlySet<string> = new Set(['BLACKHOLE', 'UNREACHABLE', 'PROHIBIT'])
