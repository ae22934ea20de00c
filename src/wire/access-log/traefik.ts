import { type AccessLine, numberIn, said, slots, statusIn, type Values } from './access-line.ts'
import { logTime } from './log-time.ts'
import { requestOf } from './nginx.ts'
import { type Template, templateOf } from './template.ts'

/** Traefik's pkg/middlewares/accesslog/logger_formatters.go, `common`. */
export function traefikTemplates(): readonly Template[] {
  const free = (slot: 'request' | 'route' | 'address' | null) => ({ slot, kind: 'free' }) as const
  const made = templateOf(
    [
      { slot: 'client', kind: 'word' },
      ' - ',
      free(null),
      ' [',
      { slot: 'time', kind: 'word' },
      '] "',
      free('request'),
      '" ',
      { slot: 'status', kind: 'word' },
      ' ',
      { slot: 'bytes', kind: 'word' },
      ' "',
      free(null),
      '" "',
      free(null),
      '" ',
      { slot: null, kind: 'word' },
      ' "',
      free('route'),
      '" "',
      free('address'),
      '" ',
      { slot: 'total', kind: 'word' },
      'ms',
    ],
    false,
  )
  return made === null ? [] : [made]
}

const nanoseconds = 1e-6

/** What stood in the slots, as a request. `isJson`: its times are nanoseconds. */
export function traefikLine(values: Values, isJson: boolean): AccessLine {
  const { method, path } = requestOf(values)
  const unit = isJson ? nanoseconds : 1
  const total = numberIn(values[slots.total], unit)
  const upstream = numberIn(values[slots.tryTime], unit)
  const address = said(values[slots.server]) ?? addressIn(said(values[slots.address]))
  const origin = statusIn(values[slots.originStatus])
  const isTold = values[slots.server] !== undefined || values[slots.address] !== undefined
  const { namespace, route } = { namespace: said(values[slots.namespace]), route: said(values[slots.route]) }
  return {
    kind: 'request',
    dialect: 'traefik',
    at: values[slots.time] === undefined ? null : logTime(values[slots.time] ?? ''),
    client: said(values[slots.client]),
    method,
    host: said(values[slots.host]),
    path,
    status: statusIn(values[slots.status]),
    bytes: numberIn(values[slots.bytes]),
    tries: triesOf(isTold || isJson, address, {
      status: origin,
      bytes: numberIn(values[slots.tryBytes]),
      ms: upstream,
      connectMs: null,
      headerMs: null,
    }),
    tells: { connect: false, header: false },
    retries: numberIn(values[slots.retries]),
    spent: { total, client: null, queue: null, connect: null, header: null, body: null, upstream },
    requestId: said(values[slots.id]),
    route: namespace === null || route === null ? route : `${namespace}/${route}`,
    backend: said(values[slots.service]) ?? said(values[slots.backend]),
    flags: null,
    details: null,
  }
}

function triesOf<T>(
  isTold: boolean,
  address: string | null,
  rest: T,
): readonly (T & { readonly address: string })[] | null {
  if (!isTold) return null
  return address === null ? [] : [{ address, ...rest }]
}

/** `http://10.2.0.4:8080` */
function addressIn(url: string | null): string | null {
  return url === null ? null : (/^[a-z0-9]{1,10}:\/\/([^/]{1,253})/.exec(url)?.[1] ?? url)
}
