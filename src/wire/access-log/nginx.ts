import { logTime } from './log-time.ts'
import {
  type AccessLine,
  numberIn,
  requestIn,
  said,
  type SlotName,
  slots,
  statusIn,
  type Try,
  type Values,
} from './access-line.ts'
import { type Part, type SlotKind, type Template, templateOf } from './template.ts'

/**
 * ingress-nginx internal/ingress/controller/config/config.go (`logFormatUpstream`), F5's
 * internal/configs/version1/nginx.tmpl, and nginx's own `combined` (ngx_http_log_module).
 */
export const nginxFormats: readonly string[] = [
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" ' +
    '$request_length $request_time [$proxy_upstream_name] [$proxy_alternative_upstream_name] $upstream_addr ' +
    '$upstream_response_length $upstream_response_time $upstream_status $req_id',
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" ' +
    '"$http_x_forwarded_for"',
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"',
]

/** Variables of nginx and of ingress-nginx's template, by what they say. */
export const nginxVariables: Readonly<Record<string, readonly [slot: SlotName | null, kind: SlotKind]>> = {
  remote_addr: ['client', 'word'],
  the_real_ip: ['client', 'word'],
  remote_user: [null, 'free'],
  time_local: ['time', 'word'],
  time_iso8601: ['time', 'word'],
  msec: ['time', 'word'],
  request: ['request', 'free'],
  request_method: ['method', 'word'],
  request_uri: ['path', 'word'],
  uri: ['path', 'free'],
  host: ['host', 'word'],
  http_host: ['host', 'word'],
  server_name: ['server', 'word'],
  status: ['status', 'word'],
  body_bytes_sent: ['bytes', 'word'],
  bytes_sent: ['bytes', 'word'],
  request_time: ['total', 'word'],
  upstream_addr: ['address', 'list'],
  upstream_response_length: ['tryBytes', 'list'],
  upstream_response_time: ['tryTime', 'list'],
  upstream_status: ['tryStatus', 'list'],
  upstream_connect_time: ['connect', 'list'],
  upstream_header_time: ['header', 'list'],
  req_id: ['id', 'word'],
  request_id: ['id', 'word'],
  namespace: ['namespace', 'word'],
  ingress_name: ['route', 'word'],
  resource_name: ['route', 'word'],
  resource_namespace: ['namespace', 'word'],
  service_name: ['service', 'word'],
  service: ['service', 'word'],
  proxy_upstream_name: ['backend', 'word'],
  request_length: [null, 'word'],
  proxy_alternative_upstream_name: [null, 'word'],
  service_port: [null, 'word'],
  server_protocol: [null, 'word'],
  scheme: [null, 'word'],
  remote_port: [null, 'word'],
  connection: [null, 'word'],
  connection_requests: [null, 'word'],
}

/** A `log_format` of nginx, as a ConfigMap or nginx.conf has it; null where it can't be told apart. */
export function nginxTemplate(format: string): Template | null {
  const parts: Part[] = []
  let at = 0
  for (const { 0: whole, 1: braced, 2: bare, index } of format.matchAll(/\$(?:\{(\w{1,80})\}|(\w{1,80}))/g)) {
    const [slot, kind] = variable(braced ?? bare ?? '')
    parts.push(format.slice(at, index), { slot, kind })
    at = index + whole.length
  }
  return templateOf([...parts, format.slice(at)], true)
}

function variable(name: string): readonly [slot: SlotName | null, kind: SlotKind] {
  return Object.hasOwn(nginxVariables, name) ? (nginxVariables[name] ?? [null, 'free']) : [null, 'free']
}

/** What stood in the slots, as a request. */
export function nginxLine(values: Values): AccessLine {
  const { method, path } = requestOf(values)
  const tries = triesIn(values)
  const total = numberIn(values[slots.total], 1000)
  const last = tries?.at(-1)
  const upstream = sum(tries, (it) => it.ms)
  const split = tries?.length === 1 && last !== undefined ? last : null
  return {
    kind: 'request',
    dialect: 'nginx',
    at: values[slots.time] === undefined ? null : logTime(values[slots.time] ?? ''),
    client: said(values[slots.client]),
    method,
    host: said(values[slots.host]) ?? said(values[slots.server]),
    path,
    status: statusIn(values[slots.status]),
    bytes: numberIn(values[slots.bytes]),
    tries,
    tells: { connect: values[slots.connect] !== undefined, header: values[slots.header] !== undefined },
    retries: tries === null ? null : Math.max(0, tries.length - groupsIn(values[slots.address])),
    spent: {
      total,
      client: null,
      queue: null,
      connect: split?.connectMs ?? null,
      header: between(split?.connectMs, split?.headerMs),
      body: between(split?.headerMs, split?.ms),
      upstream,
    },
    requestId: said(values[slots.id]),
    route: joined(said(values[slots.namespace]), said(values[slots.route])),
    backend: backendOf(values),
    flags: null,
    details: null,
  }
}

export function requestOf(values: Values): { readonly method: string | null; readonly path: string | null } {
  if (values[slots.request] !== undefined) return requestIn(values[slots.request])
  return { method: said(values[slots.method]), path: said(values[slots.path]) }
}

function backendOf(values: Values): string | null {
  const name = said(values[slots.backend])
  const service = said(values[slots.service])
  return name ?? (service === null ? null : joined(said(values[slots.namespace]), service))
}

function joined(namespace: string | null, name: string | null): string | null {
  if (name === null) return null
  return namespace === null ? name : `${namespace}/${name}`
}

function between(from: number | null | undefined, to: number | null | undefined): number | null {
  return typeof from === 'number' && typeof to === 'number' ? Math.max(0, to - from) : null
}

function sum(tries: readonly Try[] | null, of: (it: Try) => number | null): number | null {
  let all: number | null = null
  for (const it of tries ?? []) {
    const one = of(it)
    if (one !== null) all = (all ?? 0) + one
  }
  return all
}

/** A request with a hundred redirects inside is none that a browser made. */
const mostTries = 100

function triesIn(values: Values): readonly Try[] | null {
  const addresses = values[slots.address]
  const statuses = values[slots.tryStatus]
  if (addresses === undefined && statuses === undefined) return null
  if (said(addresses ?? statuses) === null) return []
  const listed = addresses ?? ''
  if (!listed.includes(' ') && statuses?.includes(' ') !== true) return [tryOf(values, said(addresses) ?? '?')]
  const columns = [
    listed,
    statuses,
    values[slots.tryBytes],
    values[slots.tryTime],
    values[slots.connect],
    values[slots.header],
  ].map(listOf)
  const count = Math.min(mostTries, Math.max(columns[0]?.length ?? 0, columns[1]?.length ?? 0))
  return Array.from({ length: count }, (_, at) => {
    const [address, status, bytes, time, connect, header] = columns.map((it) => it[at])
    return {
      address: said(address) ?? '?',
      status: statusIn(status),
      bytes: numberIn(bytes),
      ms: numberIn(time, 1000),
      connectMs: numberIn(connect, 1000),
      headerMs: numberIn(header, 1000),
    }
  })
}

/** A further group is where an error page came from, or what a backend pointed to: no try of the same again. */
function groupsIn(addresses: string | undefined): number {
  return addresses === undefined ? 1 : addresses.split(' : ', mostTries).length
}

function tryOf(values: Values, address: string): Try {
  return {
    address,
    status: statusIn(values[slots.tryStatus]),
    bytes: numberIn(values[slots.tryBytes]),
    ms: numberIn(values[slots.tryTime], 1000),
    connectMs: numberIn(values[slots.connect], 1000),
    headerMs: numberIn(values[slots.header], 1000),
  }
}

/** Servers of one group have a comma between, groups a colon (ngx_http_upstream_module, `$upstream_addr`). */
function listOf(text: string | undefined): readonly string[] {
  return text === undefined ? [] : text.replaceAll(' : ', ', ').split(', ', mostTries)
}
