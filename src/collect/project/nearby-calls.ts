import type { Container, NearbyCall } from '../../model/pod.ts'
import { type Destination, destinationsIn, destinationsInCommand } from '../../wire/destinations.ts'
import type { Intern } from '../../wire/intern.ts'
import { type Fields, fields, list, text, texts } from './json.ts'

const ofPod = 'this-very-pod'
const ofNode = 'node-of-this-pod'
const loopback = /(?<![\w.-])(?:localhost|127\.0\.0\.1|\[::1\])(?=:\d)/gi
const most = 20

/**
 * Which ports of the pod itself (`localhost:3000`: containers of a pod share it) and of the pod's node
 * (`http://$(HOST_IP):8126`, of the downward API's `status.hostIP`) a container is told to call. Linear; never throws.
 */
export function nearbyOf(spec: Fields, intern: Intern): Pick<Container, 'nearby'> {
  const env = list(spec['env']).map(fields)
  const names = env.filter(isHostIp).flatMap((it) => text(it['name']) ?? [])
  const marked = markedBy(new Set(names))
  const set = env.flatMap((it) => {
    const [name, value] = [text(it['name']), text(it['value'])]
    return name === null || value === null ? [] : [{ name, value }]
  })
  const byEnv = set.flatMap(({ name, value }) => destinationsIn(name, marked(value)).map((it) => nearby(name, it)))
  const words = [...texts(spec['command']), ...texts(spec['args'])].map(marked)
  const byFlag = destinationsInCommand(words).map((it) => nearby(it.flag, it))
  const values = new Map(set.map((it) => [it.name, it.value]))
  const agents = names.includes('DD_AGENT_HOST') ? [datadog(values)] : []
  const found = [...byEnv, ...byFlag, ...agents].filter((it) => it !== null)
  const once = new Map(found.map((it) => [`${it.of}:${it.port}`, it]))
  const kept = [...once.values()].slice(0, most)
  return kept.length === 0
    ? {}
    : { nearby: kept.map((it) => ({ ...it, by: it.by === null ? null : intern.text(it.by) })) }
}

function isHostIp({ valueFrom }: Fields): boolean {
  const path = text(fields(fields(valueFrom)['fieldRef'])['fieldPath'])
  return path === 'status.hostIP' || path === 'status.hostIPs'
}

function markedBy(hostIps: ReadonlySet<string>): (value: string) => string {
  return (value) =>
    value
      .replace(/\$\(([A-Za-z_][\w.-]{0,250})\)/g, (whole, name: string) => (hostIps.has(name) ? ofNode : whole))
      .replace(loopback, ofPod)
}

function nearby(by: string | null, { host, port, isTold }: Destination): NearbyCall | null {
  if (port === null || (!isTold && host === ofPod)) return null
  if (host === ofPod) return { by, of: 'pod', port }
  return host === ofNode ? { by, of: 'node', port } : null
}

/** Its tracers call port 8126 of that host, unless they are told another (docs.datadoghq.com, library config). */
function datadog(values: ReadonlyMap<string, string>): NearbyCall | null {
  if (values.has('DD_TRACE_AGENT_URL')) return null
  const port = Number(values.get('DD_TRACE_AGENT_PORT') ?? 8126)
  return Number.isInteger(port) && port > 0 && port < 65_536 ? { by: 'DD_AGENT_HOST', of: 'node', port } : null
}
