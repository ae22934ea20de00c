import type { ExecResult } from '../../kube/cluster.ts'
import {
  cat,
  type ContainerCommand,
  type KernelFile,
  nftTable,
  nftTables,
  savedRules,
} from '../../kube/container-command.ts'
import { type Known, known, unknown } from '../../model/known.ts'
import type { NodeNetwork } from '../../model/node-network.ts'
import { some } from '../../phrases.ts'
import { dropsIn, leadingIn, nftTablesAmong, untrackedIn } from '../../wire/iptables-save.ts'
import { fibTablesIn } from '../../wire/fib-trie.ts'
import { fixedIn } from '../../wire/proc-arp.ts'
import { nftDropsIn, type NftTable, nftTablesIn } from '../../wire/nft-table.ts'
import { proxyRulesIn } from '../../wire/proxy-rules.ts'
import { routes6In, routesIn } from '../../wire/proc-routes.ts'
import type { DropSeen, NodeReading, RulesRead } from './conntrack.ts'

type Exec = (command: ContainerCommand) => Promise<Known<ExecResult>>

/**
 * The same in kube-proxy's own pod, a file at a time, so that no text is taken for another's. That pod is privileged:
 * it sees firewall rules as well. Interfaces and kube-proxy's health are not asked this way.
 */
export async function networkByExec(exec: Exec): Promise<NodeReading> {
  const text = async (path: KernelFile): Promise<string | null> => {
    const ran = await exec(cat(path))
    return ran.known && ran.value.stdout !== '' ? ran.value.stdout : null
  }
  const flag = async (path: KernelFile): Promise<boolean | null> => {
    const said = (await text(path))?.trim()
    return said === '0' || said === '1' ? said === '1' : null
  }
  const [v4, v6, trie, arp, forwards4, forwards6, calls, kept] = await Promise.all([
    text('/proc/net/route'),
    text('/proc/net/ipv6_route'),
    text('/proc/net/fib_trie'),
    text('/proc/net/arp'),
    flag('/proc/sys/net/ipv4/ip_forward'),
    flag('/proc/sys/net/ipv6/conf/all/forwarding'),
    flag('/proc/sys/net/bridge/bridge-nf-call-iptables'),
    text('/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_established'),
  ])
  return {
    here: {
      links: [],
      routes: v4 === null ? null : [...routesIn(v4), ...routes6In(v6 ?? '')],
      ...(trie === null ? {} : { ruled: fibTablesIn(trie) }),
      ...fixedIn(arp),
      forwards: { v4: forwards4, v6: forwards6 },
      bridgeCalls: callsOf(calls),
      keptSeconds: kept !== null && /^\d{1,10}$/.test(kept.trim()) ? Number(kept) : null,
      proxy: { health: 'unknown', said: 'not asked', mode: null },
    },
    mtuPort: null,
    drops: () => rulesByExec(exec),
  }
}

function callsOf(calls: boolean | null): NodeNetwork['bridgeCalls'] {
  if (calls === null) return 'unknown'
  return calls ? 'on' : 'off'
}

async function rulesByExec(exec: Exec): Promise<RulesRead> {
  const [v4, v6] = await Promise.all([exec(savedRules('v4')), exec(savedRules('v6'))])
  const saved = { v4: v4.known ? v4.value.stdout : '', v6: v6.known ? v6.value.stdout : '' }
  const ofBoth = (read: typeof untrackedIn) =>
    (['v4', 'v6'] as const).flatMap((family) => read(saved[family]).map((it) => ({ family, ...it })))
  const native = await nativeRules(exec, new Set([...among('ip', saved.v4), ...among('ip6', saved.v6)]))
  const nftTables = native.tables
  if (!v4.known) return { drops: v4, nftTables }
  const drops = dropsIn(saved.v4)
  if (drops === null)
    return { drops: unknown('failed', "iptables-save in kube-proxy's pod printed no table"), nftTables }
  // A node without IPv6 prints none.
  const six = /^\*/m.test(saved.v6) ? dropsIn(saved.v6) : []
  if (six === null)
    return { drops: unknown('cut-off', "ip6tables-save in kube-proxy's pod printed more than is read"), nftTables }
  const services = [proxyRulesIn(saved.v4), proxyRulesIn(saved.v6)].flatMap((it) => (it === null ? [] : [it]))
  return {
    ...(services.length === 0 ? {} : { services: services.flat() }),
    drops: known([
      ...drops.map((it): DropSeen => ({ family: 'v4', ...it })),
      ...six.map((it): DropSeen => ({ family: 'v6', ...it })),
      ...native.drops,
    ]),
    nftTables,
    leading: ofBoth(leadingIn),
    untracked: ofBoth(untrackedIn),
  }
}

function among(family: 'ip' | 'ip6', saved: string): readonly string[] {
  return nftTablesAmong(saved).map((it) => `${family} ${it}`)
}

/**
 * Of kube-proxy (from 1.31), of networks of pods and what enforces policies, of Docker and Podman: what they drop is
 * told by the checks of Services and policies, and they are large.
 */
const made =
  /^(?:kube-proxy|kube-router|kube-network-policies|kindnet|cilium|calico|antrea|flannel|weave|ovn|docker|netavark)/i

/** A host has one or two of its own; more cost an exec each, twice. */
const mostTables = 8

interface Native {
  readonly drops: readonly DropSeen[]
  readonly tables: Known<readonly string[]>
}

/** Rules of nftables itself, which iptables-save does not show: `nft add rule`, firewalld, a security agent. */
async function nativeRules(exec: Exec, saved: ReadonlySet<string>): Promise<Native> {
  const listed = await exec(nftTables())
  if (!listed.known) return { drops: [], tables: listed.why.reason === 'not-there' ? noTool : listed }
  const { code, stderr } = listed.value
  // A kernel without nf_tables has no rules of it.
  if (code !== 0 && /Protocol not supported|not supported by protocol/i.test(stderr))
    return { drops: [], tables: known([]) }
  if (code !== 0) return { drops: [], tables: unknown('failed', `nft list tables: ${whyOf(listed.value)}`) }
  const all = nftTablesIn(listed.value.stdout).filter(
    ({ family, name }) => family !== 'arp' && !made.test(name ?? '') && !saved.has(`${family} ${name}`),
  )
  const read: string[] = []
  const unread: string[] = all.slice(mostTables).map(titleOf)
  const drops: DropSeen[] = []
  // One after the other: each is a process in the pod that writes the node's rules.
  for (const table of all.slice(0, mostTables)) {
    const ran = table.name === null ? null : await exec(nftTable(table.family, table.name))
    const found = ran?.known === true && ran.value.code === 0 ? nftDropsIn(ran.value.stdout) : null
    if (found === null) unread.push(titleOf(table))
    else {
      read.push(titleOf(table))
      drops.push(...found.map((it): DropSeen => ({ ...it, family: familyOf(table), table: titleOf(table), by: 'nft' })))
    }
  }
  return {
    drops,
    tables: unread.length === 0 ? known(read) : unknown('failed', `table ${some(unread)} of nftables was not read`),
  }
}

const noTool = unknown('not-there', "there is no nft in kube-proxy's image, which has it from Kubernetes 1.29 on")

function whyOf({ code, stderr }: ExecResult): string {
  return stderr.split('\n', 1)[0]?.slice(0, 200) || `it ended with ${code ?? 'no status'}`
}

function titleOf({ family, name }: NftTable): string {
  return `${family} ${name ?? 'of an odd name'}`
}

const families = { ip: 'v4', ip6: 'v6', inet: 'inet', bridge: 'bridge', netdev: 'netdev', arp: 'netdev' } as const

function familyOf({ family }: NftTable): DropSeen['family'] {
  return families[family]
}
