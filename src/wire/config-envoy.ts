import { linesOf, pathLinesIn } from './config-paths.ts'
import type { ServerCall } from './config-servers.ts'
import { destinationsIn } from './destinations.ts'

/** Whether this is Envoy's configuration: words that no other has. */
export function isEnvoy(text: string): boolean {
  return /\b(?:static_resources|socket_address|virtual_hosts|lb_endpoints|port_value|filter_chains)\b/.test(text)
}

/** Where a `socket_address` is one that Envoy connects to (config.cluster.v3, config.endpoint.v3). */
const isCalled = /\b(?:clusters|endpoints|lb_endpoints|load_assignment)\b/
const isOwn = /\b(?:listeners|admin|upstream_bind_config|source_address)\b/

/**
 * Whom Envoy calls: the `socket_address` of clusters' endpoints, as blocks or on one line. `domains` and rewrites are
 * what clients ask for, and listeners are its own. Linear; never throws.
 */
export function envoyCalls(text: string): readonly ServerCall[] {
  const lines = linesOf(text)
  return pathLinesIn(text).flatMap(({ key, path, value, line }) => {
    const above = path.slice(0, -1).join(' ')
    if (path.at(-2) === 'socket_address' && key === 'address' && isPlace(above)) {
      const port = portIn(lines[line] ?? '') ?? portIn(lines[line - 2] ?? '')
      return destinationsIn('address', value).map((it) => ({ ...it, port: it.port ?? port, by: key, line }))
    }
    return inFlow(`${above} ${key}: ${value}`).map((it) => ({ ...it, line }))
  })
}

function isPlace(above: string): boolean {
  return isCalled.test(above) && !isOwn.test(above)
}

/** `socket_address: { address: cart, port_value: 80 }`, as often as a line has it. */
function inFlow(text: string): readonly Omit<ServerCall, 'line'>[] {
  const parts = text.split(/\bsocket_address["']?\s{0,8}:\s{0,8}\{/)
  if (parts.length === 1 || !isPlace(parts[0] ?? '')) return []
  return parts.slice(1).flatMap((part) => {
    const inside = (part.split('}', 1)[0] ?? '').split(',')
    const host = inside.map((it) => /^\s{0,80}["']?address["']?\s{0,8}:(.*)$/.exec(it)?.[1]?.trim() ?? '').join('')
    const port = inside.map(portIn).find((it) => it !== null) ?? null
    return destinationsIn('address', host).map((it) => ({ ...it, port: it.port ?? port, by: 'socket_address' }))
  })
}

function portIn(line: string): number | null {
  const [, told] = /^[\s-]{0,80}["']?port_value["']?\s{0,8}:\s{0,8}["']?(\d{1,5})\b/.exec(line) ?? []
  const port = Number(told ?? 0)
  return port > 0 && port < 65_536 ? port : null
}
