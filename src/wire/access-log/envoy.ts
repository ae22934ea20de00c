import { type AccessLine, numberIn, said, type SlotName, slots, statusIn, type Values } from './access-line.ts'
import { logTime } from './log-time.ts'
import { requestOf } from './nginx.ts'
import { type Part, type SlotKind, type Template, templateOf } from './template.ts'

/** Istio's pilot/pkg/model/telemetry_logging.go, and Envoy's own, which Contour has as well. */
export const envoyFormats: readonly string[] = [
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% ' +
    '%RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% "%UPSTREAM_TRANSPORT_FAILURE_REASON%" ' +
    '%BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" ' +
    '"%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%" %UPSTREAM_CLUSTER% ' +
    '%UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% ' +
    '%ROUTE_NAME%',
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% ' +
    '%BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" ' +
    '"%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%"',
]

/** Operators of Envoy's access log, by their names without `%`, headers in small letters. */
const operators: Readonly<Record<string, readonly [slot: SlotName | null, kind: SlotKind]>> = {
  START_TIME: ['time', 'word'],
  'REQ(:method)': ['method', 'word'],
  'REQ(:path)': ['path', 'word'],
  'REQ(x-envoy-original-path?:path)': ['path', 'word'],
  'REQ(x-envoy-original-path)': ['path', 'word'],
  'REQ(:authority)': ['host', 'word'],
  'REQ(host)': ['host', 'word'],
  'REQ(x-request-id)': ['id', 'word'],
  RESPONSE_CODE: ['status', 'word'],
  RESPONSE_FLAGS: ['flags', 'word'],
  RESPONSE_CODE_DETAILS: ['details', 'word'],
  UPSTREAM_TRANSPORT_FAILURE_REASON: ['failure', 'free'],
  CONNECTION_TERMINATION_DETAILS: ['term', 'free'],
  BYTES_SENT: ['bytes', 'word'],
  DURATION: ['total', 'word'],
  'RESP(x-envoy-upstream-service-time)': ['tryTime', 'word'],
  UPSTREAM_HOST: ['address', 'word'],
  UPSTREAM_CLUSTER: ['backend', 'word'],
  UPSTREAM_CLUSTER_RAW: ['backend', 'word'],
  ROUTE_NAME: ['route', 'word'],
  DOWNSTREAM_REMOTE_ADDRESS: ['client', 'word'],
  DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT: ['client', 'word'],
  UPSTREAM_REQUEST_ATTEMPT_COUNT: ['retries', 'word'],
  PROTOCOL: [null, 'word'],
  BYTES_RECEIVED: [null, 'word'],
  UPSTREAM_LOCAL_ADDRESS: [null, 'word'],
  DOWNSTREAM_LOCAL_ADDRESS: [null, 'word'],
  REQUESTED_SERVER_NAME: [null, 'word'],
}

export function envoyTemplate(format: string): Template | null {
  const parts: Part[] = []
  let at = 0
  for (const { 0: whole, 1: name = '', 2: args, index } of format.matchAll(
    /%([A-Z][A-Z0-9_]{1,60})(\([^()%]{0,100}\))?(?::\d{1,6})?%/g,
  )) {
    const key = name === 'START_TIME' || args === undefined ? name : `${name}${args.toLowerCase()}`
    const [slot, kind] = Object.hasOwn(operators, key) ? (operators[key] ?? unknown) : unknown
    parts.push(format.slice(at, index), { slot, kind })
    at = index + whole.length
  }
  return templateOf([...parts, format.slice(at).replace(/\\?\n$/, '')], false)
}

const unknown = [null, 'free'] as const

/** What stood in the slots, as a request. */
export function envoyLine(values: Values): AccessLine {
  const { method, path } = requestOf(values)
  const status = statusIn(values[slots.status])
  const host = said(values[slots.address])
  const attempts = numberIn(values[slots.retries])
  const header = numberIn(values[slots.tryTime])
  const total = numberIn(values[slots.total])
  const one = { status: null, bytes: null, ms: null, connectMs: null, headerMs: header }
  return {
    kind: 'request',
    dialect: 'envoy',
    at: values[slots.time] === undefined ? null : logTime(values[slots.time] ?? ''),
    client: withoutPort(said(values[slots.client])),
    method,
    host: said(values[slots.host]),
    path,
    // 0 stands for a client that left before there was a status.
    status,
    bytes: numberIn(values[slots.bytes]),
    tries: triesOf(values[slots.address], host, one),
    tells: { connect: false, header: values[slots.tryTime] !== undefined },
    retries: attempts === null ? null : Math.max(0, attempts - 1),
    spent: {
      total,
      client: null,
      queue: null,
      connect: null,
      header,
      body: header !== null && total !== null ? Math.max(0, total - header) : null,
      upstream: header,
    },
    requestId: said(values[slots.id]),
    route: said(values[slots.route]),
    backend: said(values[slots.backend]),
    flags: said(values[slots.flags]),
    details: detailsOf(said(values[slots.details]), said(values[slots.failure])),
  }
}

function triesOf<T>(
  written: string | undefined,
  host: string | null,
  rest: T,
): readonly (T & { readonly address: string })[] | null {
  if (written === undefined) return null
  return host === null ? [] : [{ address: host, ...rest }]
}

function detailsOf(details: string | null, failure: string | null): string | null {
  if (details === null || failure === null) return details ?? failure
  return `${details} ${failure}`
}

/** `10.0.0.9:4711`, `[::1]:4711`. */
function withoutPort(address: string | null): string | null {
  if (address === null) return null
  const [, bracketed] = /^\[([0-9a-fA-F:.]{2,45})\](?::\d{1,5})?$/.exec(address) ?? []
  return bracketed ?? address.replace(/^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/, '$1')
}
