import { readdirSync, readFileSync } from 'node:fs'
import type { Emit } from '../records.ts'
import type { ConntrackSpec } from '../spec.ts'
import { mtuAnswerer } from './mtu-answerer.ts'
import { networkHere, reversePathHere } from './node-network.ts'

export const conntrackFiles = {
  stat: '/proc/net/stat/nf_conntrack',
  count: '/proc/sys/net/netfilter/nf_conntrack_count',
  max: '/proc/sys/net/netfilter/nf_conntrack_max',
} as const

/** Of the same network namespace, and as readable. */
export const forwardingFiles = { all: '/proc/sys/net/ipv4/ip_forward', routes: '/proc/net/route' } as const

const switches = '/proc/sys/net/ipv4/conf'

/** Routes of more nodes than this are somebody else's to read. */
const mostBytes = 60_000

/** As the kernel writes them. */
export interface ForwardingTexts {
  readonly all: string | null
  /** Interfaces whose own switch is 0. */
  readonly off: readonly string[]
  readonly routeTable: string | null
}

function forwardingTexts(): ForwardingTexts {
  const routes = read(forwardingFiles.routes)
  return {
    all: read(forwardingFiles.all),
    off: interfaces()
      .filter((name) => read(`${switches}/${name}/forwarding`) === '0')
      .slice(0, 100),
    routeTable: routes === null || routes.length > mostBytes ? null : routes,
  }
}

function interfaces(): readonly string[] {
  try {
    return readdirSync(switches).filter((name) => name !== 'all' && name !== 'default' && name !== 'lo')
  } catch {
    return []
  }
}

/** The counters of the network namespace that this runs in, again and again; world-readable, so no privilege. */
export async function conntrackWatch(spec: ConntrackSpec, emit: Emit): Promise<void> {
  const end = performance.now() + spec.forMs
  emit({ t: 'forwarding', ...forwardingTexts() })
  if (spec.token !== undefined) await tellNetwork(spec.token, emit)
  while (performance.now() < end) {
    emit({
      t: 'conntrack',
      at: Math.round(performance.now()),
      stat: read(conntrackFiles.stat),
      count: read(conntrackFiles.count),
      max: read(conntrackFiles.max),
      reversePath: reversePathHere(),
    })
    await new Promise((resolve) => setTimeout(resolve, spec.everyMs))
  }
}

async function tellNetwork(token: string, emit: Emit): Promise<void> {
  const [network, answerer] = await Promise.all([networkHere(), mtuAnswerer(token)])
  emit({ t: 'network', mtuPort: answerer?.port ?? null, ...network })
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trimEnd()
  } catch {
    return null
  }
}
