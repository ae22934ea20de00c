import { type AccessLine, type Dialect, said, slotCount, slots, type Values } from './access-line.ts'
import { envoyFormats, envoyTemplate } from './envoy.ts'
import { haproxyFormats, haproxyTemplate } from './haproxy.ts'
import { builders, jsonLine } from './json-line.ts'
import { type ErrorLine, nginxError } from './nginx-error.ts'
import { nginxFormats, nginxTemplate } from './nginx.ts'
import type { Template } from './template.ts'
import { traefikTemplates } from './traefik.ts'

/** What a line of an ingress controller's log is. `other`: what it says of itself, or what no format knows. */
export type LogEntry = AccessLine | ErrorLine | EmptyService | { readonly kind: 'other'; readonly what: OtherLine }

/**
 * What a line that is of no request looks like. `controller`: what a controller says of itself. `error-log`: nginx's
 * error log of no request that it names. `object`: JSON of no request. `text`: what nothing here knows.
 */
export type OtherLine = 'controller' | 'error-log' | 'object' | 'empty' | 'too-long' | 'text'

/** ingress-nginx found no endpoint of a Service when it made its configuration: why its 503 are. */
export interface EmptyService {
  readonly kind: 'empty-service'
  /** `shop/cart` */
  readonly service: string
}

export interface LogFormat {
  readonly dialect: Dialect
  readonly template: Template
}

/** A format as its controller is configured with it: by the signs of its variables; null where none is known. */
export function logFormat(text: string): LogFormat | null {
  if (text.length > longestFormat) return null
  const dialect = dialectOf(text)
  const template = compilers[dialect]?.(text) ?? null
  return template === null ? null : { dialect, template }
}

const longestFormat = 16 * 1024

const compilers: Readonly<Partial<Record<Dialect, (text: string) => Template | null>>> = {
  nginx: nginxTemplate,
  envoy: envoyTemplate,
  haproxy: haproxyTemplate,
}

function dialectOf(text: string): Dialect {
  if (/%[A-Z][A-Z0-9_]{2,60}[(%:]/.test(text)) return 'envoy'
  return /\$\{?\w/.test(text) ? 'nginx' : 'haproxy'
}

const formats: readonly LogFormat[] = [
  ...nginxFormats.flatMap(formatIn('nginx', nginxTemplate)),
  ...envoyFormats.flatMap(formatIn('envoy', envoyTemplate)),
  ...haproxyFormats.flatMap(formatIn('haproxy', haproxyTemplate)),
  ...traefikTemplates().map((template): LogFormat => ({ dialect: 'traefik', template })),
]

function formatIn(dialect: Dialect, compile: (text: string) => Template | null): (text: string) => LogFormat[] {
  return (text) => {
    const template = compile(text)
    return template === null ? [] : [{ dialect, template }]
  }
}

/** The kubelet cuts lines at 16 KiB; what a runtime joins again is as long as a client's request may be. */
const longestLine = 64 * 1024

/**
 * The heads of klog (Kubernetes' Go programs), Envoy's own log (`[2026-11-30 16:08:41.580][1][info]`), HAProxy's
 * (`[NOTICE]   (1) : `), logrus (Contour: `time="…" level=info`) and zap's console.
 */
const ownHead = new RegExp(
  String.raw`^(?:[IWEF]\d{4} \d\d:\d\d:\d\d\.|\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{1,9}\]\[\d{1,9}\]\[[a-z]{3,9}\]|` +
    String.raw`\[(?:NOTICE|WARNING|ALERT|INFO)\] |time="[^"]{1,40}" level=[a-z]{3,8} |` +
    String.raw`\d{4}[/-]\d\d[/-]\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\s{1,4}` +
    String.raw`(?:INFO|WARN|ERROR|DEBUG|TRC|INF|WRN|ERR|DBG|info|warn|error|debug)\b)`,
)
const nginxHead = /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[[a-z]{4,7}\] /

function otherLine(line: string): LogEntry {
  return { kind: 'other', what: whatOf(line) }
}

function whatOf(line: string): OtherLine {
  if (line.trim() === '') return 'empty'
  if (nginxHead.test(line)) return 'error-log'
  if (ownHead.test(line)) return 'controller'
  return line.startsWith('{') && line.trimEnd().endsWith('}') ? 'object' : 'text'
}

/**
 * A reader for one stream of lines. Formats that the configuration names go before the usual ones; the one that fitted
 * last is tried first. A line fits as a whole, or is `other`.
 */
export function accessReader(own: readonly LogFormat[] = []): (line: string) => LogEntry {
  const known = [...own, ...formats]
  let last: LogFormat | undefined
  const values: Values = Array.from({ length: slotCount })
  const read = (format: LogFormat, line: string, at: number): AccessLine | null => {
    values.fill(undefined)
    if (!format.template(line, at, values)) return null
    const made = builders[format.dialect](values)
    // What stands where a time or a status belongs and is none was put there by a client.
    const [time, status] = [values[slots.time], values[slots.status]]
    if (made.at === null && said(time) !== null) return null
    if (made.status === null && said(status) !== null && !/^(?:0{1,3}|009|-1)$/.test(status ?? '')) return null
    // Words that any text may have are no sign: a request has a status, or a time at least.
    return made.status === null && made.at === null ? null : made
  }
  return (raw) => {
    if (raw.length > longestLine) return { kind: 'other', what: 'too-long' }
    const at = headOf(raw)
    if (last !== undefined) {
      const made = read(last, raw, at)
      if (made !== null) return made
    }
    const rest = at === 0 ? raw : raw.slice(at)
    const error = nginxError(rest)
    if (error !== null) return error
    // A format of nginx's own may be an object: its variables tell more than names do.
    for (const format of rest.startsWith('{') ? own : known) {
      if (format === last) continue
      const made = read(format, raw, at)
      if (made === null) continue
      last = format
      return made
    }
    return (rest.startsWith('{') ? jsonLine(rest) : emptyService(rest)) ?? otherLine(rest)
  }
}

/** ingress-nginx internal/ingress/controller/controller.go, behind klog's head. */
const withoutEndpoint = new RegExp(
  String.raw`^W\d{4} \d\d:\d\d:\d\d\.\d{1,9} +\d{1,9} [\w.-]{1,60}:\d{1,6}\] ` +
    String.raw`Service "([^"\s]{1,253})" does not have any active Endpoint`,
)

function emptyService(line: string): EmptyService | null {
  const service = line.startsWith('W') ? withoutEndpoint.exec(line)?.[1] : undefined
  return service === undefined ? null : { kind: 'empty-service', service }
}

/** What `kubectl logs --timestamps` and syslog put before a line. */
function headOf(line: string): number {
  const first = line.charCodeAt(0)
  if (first === 60) return /^<\d{1,3}>[^[\]]{1,120}\[\d{1,7}\]: /.exec(line)?.[0].length ?? 0
  if (first < 48 || first > 57 || line.charCodeAt(4) !== 45) return 0
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d) /.exec(line)?.[0].length ?? 0
}
