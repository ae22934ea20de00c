import { isIp } from './ip-family.ts'

/** What a node does with what goes to an address and port of a Service. */
export interface ProxyRule {
  readonly ip: string
  readonly port: number
  readonly protocol: 'TCP' | 'UDP' | 'SCTP'
  /** `10.2.1.3:8080`, `[fd00::3]:8080`; none: it is refused, or its chain leads nowhere. */
  readonly endpoints: readonly string[]
}

/** More than a megabyte of text has, which is all that is read of a command. */
const mostRules = 20_000

const rule =
  /^(?:\[\d{1,20}:\d{1,20}\] )?-A (KUBE-SERVICES|KUBE-SVC-\w{1,32}|KUBE-SVL-\w{1,32}|KUBE-SEP-\w{1,32}) (.*)$/
const comment = /--comment (?:"(?:[^"\\]|\\.)*"|\S+)/g
const protocols: Readonly<Record<string, ProxyRule['protocol']>> = { tcp: 'TCP', udp: 'UDP', sctp: 'SCTP' }

/**
 * kube-proxy's rules in what `iptables-save` prints, by the names of its chains (pkg/proxy/iptables/proxier.go):
 * KUBE-SERVICES sends an address to KUBE-SVC-… or, with internalTrafficPolicy Local, to KUBE-SVL-…, which sends a share
 * to each KUBE-SEP-…, which translates to one endpoint. What has no endpoint is refused in table filter. null: no table
 * nat, one that is cut off, without rules of kube-proxy in this form, or with more than is read.
 */
export function proxyRulesIn(saved: string): readonly ProxyRule[] | null {
  const read: Read = { fronts: [], backs: new Map(), ends: new Map() }
  let table = ''
  let isWhole = false
  let rules = 0
  for (const line of saved.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1).trim()
    if (line.trim() === 'COMMIT') isWhole ||= table === 'nat'
    const [, chain, rest] = line.length > 2000 ? [] : (rule.exec(line) ?? [])
    if (chain === undefined || rest === undefined) continue
    rules += 1
    if (rules > mostRules) return null
    if (table === 'nat') takeTranslating(read, chain, rest.replace(comment, ''))
    if (table === 'filter' && chain === 'KUBE-SERVICES') takeRefusing(read, rest.replace(comment, ''))
  }
  if (!isWhole || read.fronts.length === 0) return null
  return read.fronts.map(({ to, ...front }) => ({
    ...front,
    // With session affinity each endpoint is named twice.
    endpoints: [...new Set((read.backs.get(to ?? '') ?? []).flatMap((it) => read.ends.get(it) ?? []))],
  }))
}

interface Front extends Omit<ProxyRule, 'endpoints'> {
  /** null: refused. */
  readonly to: string | null
}

interface Read {
  readonly fronts: Front[]
  /** Of each chain of a Service, those of its endpoints. */
  readonly backs: Map<string, string[]>
  readonly ends: Map<string, string>
}

function takeTranslating({ fronts, backs, ends }: Read, chain: string, said: string): void {
  const to = after(said, /(?:^| )-j (\S{1,64})/) ?? ''
  if (chain === 'KUBE-SERVICES') {
    const front = /^KUBE-SV[CL]-/.test(to) ? frontOf(said) : null
    if (front !== null) fronts.push({ ...front, to })
  } else if (chain.startsWith('KUBE-SEP-')) {
    const end = after(said, /--to-destination (\S{1,64})/)
    if (end !== null) ends.set(chain, end)
  } else if (to.startsWith('KUBE-SEP-')) {
    const its = backs.get(chain)
    if (its === undefined) backs.set(chain, [to])
    else its.push(to)
  }
}

function takeRefusing({ fronts }: Read, said: string): void {
  const front = after(said, /(?:^| )-j (\S{1,64})/) === 'REJECT' ? frontOf(said) : null
  if (front !== null) fronts.push({ ...front, to: null })
}

function frontOf(said: string): Omit<Front, 'to'> | null {
  const ip = after(said, /(?:^| )-d ([\da-fA-F.:]{1,45})(?:\/(?:32|128))? /)
  const protocol = protocols[after(said, /(?:^| )-p (\w{1,8})/) ?? '']
  const port = Number(after(said, /--dport (\d{1,5})(?: |$)/) ?? 'none')
  return ip === null || !isIp(ip) || protocol === undefined || Number.isNaN(port) ? null : { ip, port, protocol }
}

function after(text: string, what: RegExp): string | null {
  return what.exec(text)?.[1] ?? null
}
