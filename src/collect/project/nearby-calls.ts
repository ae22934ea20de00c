import type { Container, NearbyCall } from '../../model/pod.ts'
import { connectionPlaces } from '../../wire/connection-strings.ts'
import {
  addressesIn,
  type Destination,
  destinationsIn,
  destinationsInCommand,
  tellsHost,
} from '../../wire/destinations.ts'
import type { Intern } from '../../wire/intern.ts'
import { type Fields, fields, list, text, texts } from './json.ts'
import { portBeside } from './port-beside.ts'

const ofPod = 'this-very-pod'
const ofNode = 'node-of-this-pod'
const loopback = /(?<![\w.-])(?:localhost|127\.0\.0\.1|\[::1\])(?=:\d)/gi
/** `--db-host=localhost`: what its port is another flag tells. */
const flagOfPod = /^(|--?[a-z][\w.-]{0,63}=)(?:localhost|127\.0\.0\.1)$/i
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
  const values = new Map(set.map((it) => [it.name, it.value]))
  const byPair = set.flatMap(({ name, value }) => [...ofPair(name, value, values), ...ofString(name, value)])
  const words = [...texts(spec['command']), ...texts(spec['args'])].map(marked)
  const byFlag = destinationsInCommand(words).map((it) => nearby(it.flag, it))
  const agents = names.includes('DD_AGENT_HOST') ? [datadog(values)] : []
  const found = [...byEnv, ...byPair, ...byFlag, ...agents].filter((it) => it !== null)
  const once = new Map(found.map((it) => [`${it.of}:${it.port}`, it]))
  const kept = [...once.values()].slice(0, most)
  return kept.length === 0
    ? {}
    : { nearby: kept.map((it) => ({ ...it, by: it.by === null ? null : intern.text(it.by) })) }
}

const isOwn = /localhost|127\.0\.0\.|::1/i
const isLoopback = /^(?:localhost|127\.0\.0\.1|\[?::1\]?)$/i
/** What a program is told by these is where it listens itself: a word before `_HOST` names somebody else. */
const ofItself =
  /^(?:\w{1,40}_)?(?:SERVER|APP|APPLICATION|WEB|HTTP|HTTPS|NODE|LISTENER|METRICS|ADMIN)_[A-Z]+$|^[A-Z]+$/i

/** `DATABASE_HOST=localhost` beside `DATABASE_PORT=5432`. */
function ofPair(name: string, value: string, values: ReadonlyMap<string, string>): readonly NearbyCall[] {
  if (!isLoopback.test(value.trim()) || !tellsHost(name) || ofItself.test(name)) return []
  const beside = portBeside(name, values)
  return beside === null ? [] : [{ by: name, of: 'pod', port: beside.port }]
}

/** `Server=localhost,1433;Database=…` */
function ofString(name: string, value: string): readonly NearbyCall[] {
  return connectionPlaces(value).flatMap(({ host, port }) =>
    port === null || !isLoopback.test(host) ? [] : [{ by: name, of: 'pod' as const, port }],
  )
}

/**
 * How many variables are named like an address and were not read: what stands in a Secret or a ConfigMap, and text of
 * which nothing was understood. Linear; never throws.
 */
export function notUnderstood(spec: Fields): number {
  const env = list(spec['env']).map(fields)
  return env.filter((it) => {
    const [name, value] = [text(it['name']), text(it['value'])]
    if (name === null || !tellsHost(name)) return false
    if (value === null) return isElsewhere(it)
    // Numbers, switches and paths are no address; `$(NAME)` is another variable's.
    const isOther = !/[a-z]/i.test(value) || /^(?:true|false|yes|no|on|off|none|null)$|^\/|^unix:/i.test(value)
    if (isOther || value.includes('$(') || isOwn.test(value)) return false
    return destinationsIn(name, value).length === 0 && addressesIn(name, value).length === 0
  }).length
}

function isElsewhere({ valueFrom }: Fields): boolean {
  return ['secretKeyRef', 'configMapKeyRef'].some((it) => fields(valueFrom)[it] !== undefined)
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
      .replace(flagOfPod, `$1${ofPod}`)
}

function nearby(by: string | null, { host, port, isTold, scheme }: Destination): NearbyCall | null {
  // Of a URL the scheme's port is a guess.
  if (port === null || (!isTold && host === ofPod && (scheme !== undefined || ofItself.test(flagged(by))))) return null
  if (host === ofPod) return { by, of: 'pod', port }
  return host === ofNode ? { by, of: 'node', port } : null
}

/** `--db-host` as the variable that it would be. */
function flagged(by: string | null): string {
  return (by ?? '').replace(/^-+/, '').replaceAll(/[.-]/g, '_')
}

/** Its tracers call port 8126 of that host, unless they are told another (docs.datadoghq.com, library config). */
function datadog(values: ReadonlyMap<string, string>): NearbyCall | null {
  if (values.has('DD_TRACE_AGENT_URL')) return null
  const port = Number(values.get('DD_TRACE_AGENT_PORT') ?? 8126)
  return Number.isInteger(port) && port > 0 && port < 65_536 ? { by: 'DD_AGENT_HOST', of: 'node', port } : null
}
