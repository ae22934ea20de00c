/**
 * /proc/net/stat/nf_conntrack: a header row, then one row of hexadecimal numbers per CPU. Column 9 is `searched`
 * before Linux 5.10 and `clashres` since (bc92470413f3); `entries` is one number for all CPUs, repeated in each row.
 * Sources: net/netfilter/nf_conntrack_standalone.c, ct_cpu_seq_show.
 */
export interface ConntrackStat {
  readonly cpus: number
  readonly entries: number
  readonly insert_failed: number
  readonly drop: number
  readonly early_drop: number
  readonly invalid: number
  /** null where the kernel does not count it. */
  readonly clash_resolve: number | null
  /** Flows refused since their hash chain was full: column `chainlength`, which kernels before 5.15 do not have. */
  readonly chaintoolong?: number
}

/** null when the text is not that file. */
export function parseConntrackStat(text: string): ConntrackStat | null {
  const [header, ...lines] = text.trim().split('\n')
  const names = header?.trim().split(/\s+/) ?? []
  const needed = ['entries', 'insert_failed', 'drop', 'early_drop', 'invalid']
  const rows = lines.map((line) => line.trim().split(/\s+/))
  if (!needed.every((it) => names.includes(it)) || rows.length === 0) return null
  if (!rows.every((row) => row.length === names.length && row.every((it) => /^[0-9a-f]{1,16}$/.test(it)))) return null
  const column = (name: string): number[] => rows.map((row) => parseInt(row[names.indexOf(name)] ?? '', 16))
  const sum = (name: string): number => column(name).reduce((total, it) => total + it, 0)
  return {
    cpus: rows.length,
    entries: column('entries')[0] ?? 0,
    insert_failed: sum('insert_failed'),
    drop: sum('drop'),
    early_drop: sum('early_drop'),
    invalid: sum('invalid'),
    clash_resolve: names.includes('clashres') ? sum('clashres') : null,
    ...(names.includes('chainlength') ? { chaintoolong: sum('chainlength') } : {}),
  }
}

export type ConntrackDelta = Pick<
  ConntrackStat,
  'insert_failed' | 'drop' | 'early_drop' | 'invalid' | 'clash_resolve' | 'chaintoolong'
>

/**
 * Growth between two readings of one node. Each CPU's counter has 32 bits: a fall is a wrap only where it stood near
 * its end. Any other fall is a counter that began at 0 (the module loaded again, another network namespace), and what
 * it has counted since then is the least that it grew.
 */
export function conntrackDelta(before: ConntrackStat, after: ConntrackStat): ConntrackDelta {
  return {
    insert_failed: grown(before.insert_failed, after.insert_failed),
    drop: grown(before.drop, after.drop),
    early_drop: grown(before.early_drop, after.early_drop),
    invalid: grown(before.invalid, after.invalid),
    clash_resolve:
      before.clash_resolve === null || after.clash_resolve === null
        ? null
        : grown(before.clash_resolve, after.clash_resolve),
    ...(before.chaintoolong === undefined || after.chaintoolong === undefined
      ? {}
      : { chaintoolong: grown(before.chaintoolong, after.chaintoolong) }),
  }
}

/** No counter grows by more than this between two readings some seconds apart. */
const nearWrap = 2 ** 32 - 2 ** 24

function grown(before: number, after: number): number {
  if (after >= before) return after - before
  return before >= nearWrap ? after - before + 2 ** 32 : after
}
