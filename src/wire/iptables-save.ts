/** A rule that drops or refuses, or a chain's policy, with the packets that it has taken. */
interface Drop {
  readonly table: string
  readonly chain: string
  readonly rule: string
  readonly target: 'DROP' | 'REJECT'
  readonly total: number
}

const mostRules = 500

/** `:FORWARD DROP [12:720]`; a chain of somebody's own has `-` for its policy. */
const policy = /^:(\S{1,64}) DROP \[(\d{1,20}):\d{1,20}\]$/
/** `[12:720] -A FORWARD -s 10.0.0.0/8 -j DROP`: what stands behind the target are its own options. */
const rule = /^\[(\d{1,20}):\d{1,20}\] -A (\S{1,64}) (.*)$/
const target = /(?:^| )-j (DROP|REJECT)(?: |$)/
/** What somebody wrote for those who read it may be anything. */
const comment = /--comment (?:"(?:[^"\\]|\\.)*"|\S+)/g

/** What `iptables-save -c` prints, as far as it drops. null: that is not what it prints. */
export function dropsIn(text: string): readonly Drop[] | null {
  const found: Drop[] = []
  let table: string | null = null
  let tables = 0
  for (const line of text.split('\n')) {
    if (line.length > 2000) continue
    if (line.startsWith('*')) {
      table = line.slice(1).trim()
      tables += 1
    } else if (table !== null && found.length < mostRules) {
      const drop = ofLine(line, table)
      if (drop !== null) found.push(drop)
    }
  }
  return tables === 0 ? null : found
}

function ofLine(line: string, table: string): Drop | null {
  const [, ended, seen] = policy.exec(line) ?? []
  if (ended !== undefined) return { table, chain: ended, rule: 'policy', target: 'DROP', total: Number(seen) }
  const [, packets, chain, rest] = rule.exec(line) ?? []
  if (chain === undefined || rest === undefined) return null
  const said = target.exec(rest.replace(comment, ''))?.[1]
  return said === 'DROP' || said === 'REJECT'
    ? { table, chain, rule: rest, target: said, total: Number(packets) }
    : null
}
