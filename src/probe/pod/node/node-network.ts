import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import type { NodeLink, NodeNetwork, NodeProxy } from '../../../model/node-network.ts'
import { reversePathDrops } from '../../../wire/net-snmp.ts'
import { fibTablesIn } from '../../../wire/fib-trie.ts'
import { fixedIn } from '../../../wire/proc-arp.ts'
import { routes6In, routesIn } from '../../../wire/proc-routes.ts'
import { type HttpAnswer, httpGet } from '../contacts/http-get.ts'

/** What anybody may read in the network namespace of a node. Nothing of it needs a privilege. */
export type NetworkHere = Pick<
  NodeNetwork,
  'links' | 'routes' | 'ruled' | 'fixed' | 'forwards' | 'bridgeCalls' | 'proxy' | 'keptSeconds'
>

/** A node of hundreds of pods has as many interfaces: those of pods have no address and no route to elsewhere. */
const mostLinks = 40
const sys = '/proc/sys/net'

export async function networkHere(): Promise<NetworkHere> {
  const [v4, v6] = [read('/proc/net/route'), read('/proc/net/ipv6_route')]
  const [trie, arp] = [read('/proc/net/fib_trie'), read('/proc/net/arp')]
  const routes = v4 === null && v6 === null ? null : [...routesIn(v4 ?? ''), ...routes6In(v6 ?? '')]
  return {
    links: linksOf(new Set((routes ?? []).flatMap((it) => it.dev ?? []))),
    routes,
    ...(trie === null ? {} : { ruled: fibTablesIn(trie) }),
    ...fixedIn(arp),
    forwards: { v4: flagIn(`${sys}/ipv4/ip_forward`), v6: flagIn(`${sys}/ipv6/conf/all/forwarding`) },
    bridgeCalls: bridgeCalls(),
    keptSeconds: numberIn(`${sys}/netfilter/nf_conntrack_tcp_timeout_established`),
    proxy: await proxyHere(),
  }
}

/** The counter of rp_filter; null where the kernel does not say. */
export function reversePathHere(): number | null {
  const text = read('/proc/net/netstat')
  return text === null ? null : reversePathDrops(text)
}

function linksOf(routed: ReadonlySet<string>): readonly NodeLink[] {
  const addressed = networkInterfaces()
  const all = valueOr([], () => readdirSync('/sys/class/net'))
  const names = [...new Set([...all, ...Object.keys(addressed)])].filter(
    (it) => routed.has(it) || addressed[it] !== undefined,
  )
  const everywhere = numberIn(`${sys}/ipv4/conf/all/rp_filter`)
  return names.slice(0, mostLinks).map((name) => ({
    name,
    kind: kindOf(name),
    mtu: numberIn(`/sys/class/net/${name}/mtu`) ?? numberIn(`${sys}/ipv6/conf/${name}/mtu`),
    addresses: (addressed[name] ?? []).flatMap((it) => it.cidr ?? []),
    reversePath: modeOf(everywhere, numberIn(`${sys}/ipv4/conf/${name}/rp_filter`)),
    forwards: flagIn(`${sys}/ipv4/conf/${name}/forwarding`),
  }))
}

/** ARPHRD_TUNNEL, _TUNNEL6, _SIT, _IPGRE, _IP6GRE, _NONE (WireGuard): include/uapi/linux/if_arp.h. */
const tunnels: ReadonlySet<number | null> = new Set([768, 769, 776, 778, 823, 65534])

function kindOf(name: string): NodeLink['kind'] {
  if (name === 'lo') return 'loopback'
  if (existsSync(`/sys/class/net/${name}/bridge`)) return 'bridge'
  const event = read(`/sys/class/net/${name}/uevent`) ?? ''
  const isTunnel = /DEVTYPE=(?:vxlan|geneve|wireguard)/.test(event)
  return isTunnel || tunnels.has(numberIn(`/sys/class/net/${name}/type`)) ? 'tunnel' : 'other'
}

/** The kernel takes the greater one (Documentation/networking/ip-sysctl.rst): 1 strict, 2 loose. */
function modeOf(all: number | null, own: number | null): NodeLink['reversePath'] {
  if (all === null || own === null) return 'unknown'
  const mode = Math.max(all, own)
  if (mode === 0) return 'off'
  return mode === 1 ? 'strict' : 'loose'
}

/** The folder comes with the module br_netfilter. */
function bridgeCalls(): NodeNetwork['bridgeCalls'] {
  if (!existsSync(sys)) return 'unknown'
  if (!existsSync(`${sys}/bridge`)) return 'no-module'
  const calls = flagIn(`${sys}/bridge/bridge-nf-call-iptables`)
  if (calls === null) return 'unknown'
  return calls ? 'on' : 'off'
}

/** healthzBindAddress and metricsBindAddress, where nobody changed them. */
const healthPort = 10256
const metricsPort = 10249

/**
 * The second time for whoever was busy the first. Both together are shorter than the wait for the first counters
 * (src/probe/node/conntrack.ts).
 */
const patienceMs = [1000, 3000] as const
/** Later than this by its own timer, and it is this process that got no CPU. */
const ownLatenessMs = 500

/** Exported for its test. */
export async function proxyHere(ports = { health: healthPort, metrics: metricsPort }): Promise<NodeProxy> {
  const [health, mode] = await Promise.all([
    patiently(ports.health, '/healthz'),
    patiently(ports.metrics, '/proxyMode'),
  ])
  const heard = soundOf(health)
  if (health.status === 503 && (await livesOn(ports.health)))
    return { health: 'well', metrics: soundOf(mode), said: leaving, mode: modeIn(mode) }
  const said = health.status === null ? (health.error ?? 'no answer') : `HTTP ${health.status}`
  const state = heard === 'answers' ? healthOf(health.status) : heard
  return { health: state, metrics: soundOf(mode), said, mode: modeIn(mode) }
}

const leaving = 'HTTP 503, and /livez HTTP 200: the node is to be taken away'

/**
 * From Kubernetes 1.28 on /healthz is 503 as well where the node is about to be deleted, so that load balancers leave
 * it; /livez tells of the rules alone (KEP-3836, pkg/proxy/healthcheck/proxy_health.go).
 */
async function livesOn(port: number): Promise<boolean> {
  return (await patiently(port, '/livez')).status === 200
}

function modeIn({ status, body }: Heard): string | null {
  return status === 200 ? (/^[a-z]{1,20}$/.exec(body.trim())?.[0] ?? null) : null
}

type Heard = Pick<HttpAnswer, 'status' | 'error' | 'body' | 'late'>

async function patiently(port: number, path: string): Promise<Heard> {
  const ask = { ip: '127.0.0.1', port, path, scheme: 'http', host: 'localhost', atMost: 10_000 } as const
  const [short, long] = patienceMs
  const first = await httpGet({ ...ask, timeoutMs: short })
  if (first.status !== null || !first.late) return first
  const again = await httpGet({ ...ask, timeoutMs: long })
  if (!again.late || again.status !== null) return again
  const isOwn = again.ms > long + ownLatenessMs
  return isOwn ? { ...again, late: false, error: 'the probe itself got no CPU meanwhile' } : again
}

/** On loopback nobody loses packets: a connection that is not taken waits behind those that were not, either. */
function soundOf({ status, late, error }: Heard): NonNullable<NodeProxy['metrics']> {
  if (status !== null) return 'answers'
  if (late) return 'mute'
  return /refused/i.test(error ?? '') ? 'nobody' : 'unknown'
}

/** 503 says that the rules are older than they ought to be; another program on this port says anything. */
function healthOf(status: number | null): NodeProxy['health'] {
  if (status === 200) return 'well'
  return status === 503 ? 'unwell' : 'unknown'
}

function flagIn(path: string): boolean | null {
  const number = numberIn(path)
  return number === null ? null : number !== 0
}

function numberIn(path: string): number | null {
  const text = read(path)
  return text !== null && /^\d{1,10}$/.test(text) ? Number(text) : null
}

function read(path: string): string | null {
  return valueOr(null, () => readFileSync(path, 'utf8').trim())
}

function valueOr<T>(none: T, get: () => T): T {
  try {
    return get()
  } catch {
    return none
  }
}
