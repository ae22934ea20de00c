import { type AccessLine, type Dialect, type SlotName, slotCount, slots, type Values } from './access-line.ts'
import { envoyLine } from './envoy.ts'
import { haproxyLine } from './haproxy.ts'
import { nginxLine, nginxVariables } from './nginx.ts'
import { traefikLine } from './traefik.ts'

type Keys = Readonly<Record<string, SlotName>>

/** Traefik's pkg/middlewares/accesslog/logdata.go. */
const traefikKeys: Keys = {
  StartUTC: 'time',
  time: 'time',
  ClientHost: 'client',
  RequestMethod: 'method',
  RequestPath: 'path',
  RequestHost: 'host',
  DownstreamStatus: 'status',
  DownstreamContentSize: 'bytes',
  Duration: 'total',
  OriginDuration: 'tryTime',
  OriginStatus: 'originStatus',
  OriginContentSize: 'tryBytes',
  Overhead: 'overhead',
  RouterName: 'route',
  ServiceName: 'backend',
  ServiceURL: 'address',
  ServiceAddr: 'server',
  RetryAttempts: 'retries',
  'request_X-Request-Id': 'id',
}

/** Envoy Gateway's internal/xds/translator/accesslog.go, Istio's and Contour's names for the same operators. */
const envoyKeys: Keys = {
  start_time: 'time',
  '@timestamp': 'time',
  downstream_remote_address: 'client',
  method: 'method',
  path: 'path',
  'x-envoy-origin-path': 'path',
  ':authority': 'host',
  authority: 'host',
  response_code: 'status',
  response_flags: 'flags',
  response_code_details: 'details',
  upstream_transport_failure_reason: 'failure',
  bytes_sent: 'bytes',
  duration: 'total',
  upstream_service_time: 'tryTime',
  'x-envoy-upstream-service-time': 'tryTime',
  upstream_host: 'address',
  upstream_cluster: 'backend',
  route_name: 'route',
  'x-request-id': 'id',
  request_id: 'id',
  upstream_request_attempt_count: 'retries',
}

/** What people call nginx's variables when they make JSON of them, beside the names of the variables themselves. */
const nginxKeys: Keys = {
  ...Object.fromEntries(
    Object.entries(nginxVariables).flatMap(([name, [slot]]) => (slot === null ? [] : [[name, slot] as const])),
  ),
  time: 'time',
  timestamp: 'time',
  '@timestamp': 'time',
  method: 'method',
  path: 'path',
  url: 'path',
  vhost: 'host',
  bytes: 'bytes',
  client: 'client',
  ingress: 'route',
  upstream: 'address',
  upstream_name: 'backend',
}

/** A client makes a line as long as its URL and its headers may be. */
const longest = 64 * 1024

/** A line that is one JSON object; null where it is none of a request. */
export function jsonLine(line: string): AccessLine | null {
  // What JSON.parse throws costs more than all else that is tried on a line.
  if (line.length > longest || !line.trimEnd().endsWith('}')) return null
  const object = parsed(line)
  if (object === null) return null
  if (Object.hasOwn(object, 'DownstreamStatus') || Object.hasOwn(object, 'RequestMethod'))
    return traefikLine(valuesOf(object, traefikKeys), true)
  if (Object.hasOwn(object, 'response_code')) return envoyLine(valuesOf(object, envoyKeys))
  if (!Object.hasOwn(object, 'status')) return null
  const line_ = nginxLine(valuesOf(object, nginxKeys))
  return line_.status === null || (line_.path === null && line_.method === null) ? null : line_
}

function parsed(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : null
  } catch {
    return null
  }
}

function valuesOf(object: Readonly<Record<string, unknown>>, keys: Keys): Values {
  const values: Values = Array.from({ length: slotCount })
  for (const [key, value] of Object.entries(object)) {
    const slot = Object.hasOwn(keys, key) ? keys[key] : undefined
    if (slot === undefined) continue
    if (typeof value === 'string') values[slots[slot]] = value
    else if (typeof value === 'number') values[slots[slot]] = String(value)
    // What is null was not there to be said.
    else if (value === null) values[slots[slot]] ??= '-'
  }
  return values
}

/** By who writes it. */
export const builders: Readonly<Record<Dialect, (values: Values) => AccessLine>> = {
  nginx: nginxLine,
  envoy: envoyLine,
  haproxy: haproxyLine,
  traefik: (values) => traefikLine(values, false),
}
