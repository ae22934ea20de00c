/** Who writes such lines. `nginx` is ingress-nginx's and F5's controller, `envoy` Istio, Contour and Envoy Gateway. */
export type Dialect = 'nginx' | 'envoy' | 'haproxy' | 'traefik'

/** One server that was asked for one request. What its format does not say is null. */
export interface Try {
  /** `10.2.0.4:8080`; HAProxy's slot, nginx's group where no server of it could be chosen. */
  readonly address: string
  readonly status: number | null
  readonly bytes: number | null
  /** From the connecting to the last byte. */
  readonly ms: number | null
  /** null where no connection came about, too, if `tellsConnect`. */
  readonly connectMs: number | null
  readonly headerMs: number | null
}

/** Where the time went, in milliseconds. */
export interface Spent {
  readonly total: number | null
  /** Until the client's request was there. */
  readonly client: number | null
  /** For a free connection or server. */
  readonly queue: number | null
  readonly connect: number | null
  /** From the connection to the first byte of the answer. */
  readonly header: number | null
  /** From the first to the last byte. */
  readonly body: number | null
  /** All that servers behind the controller took, where it is not split. */
  readonly upstream: number | null
}

/** One request, as an ingress controller logged it. What its format does not say is null, and never 0 or empty. */
export interface AccessLine {
  readonly kind: 'request'
  readonly dialect: Dialect
  /** Milliseconds since 1970, of the request's end for nginx, of its begin for the others. */
  readonly at: number | null
  readonly client: string | null
  readonly method: string | null
  readonly host: string | null
  /** With its query. */
  readonly path: string | null
  readonly status: number | null
  readonly bytes: number | null
  /** Servers that were asked, in turn; empty: none was. */
  readonly tries: readonly Try[] | null
  /** Of nginx: whether a try without a connection's or a header's time had none; else the format has no such field. */
  readonly tells: { readonly connect: boolean; readonly header: boolean }
  /** Tries beyond the first. */
  readonly retries: number | null
  readonly spent: Spent
  readonly requestId: string | null
  /** The Ingress, router or route by its name in the controller. */
  readonly route: string | null
  /** The Service, cluster or backend by its name in the controller. */
  readonly backend: string | null
  /** Envoy's response flags, HAProxy's termination state. */
  readonly flags: string | null
  /** Envoy's response code details, and why the transport failed. */
  readonly details: string | null
}

/** What a template or an object puts down for a line; the order is of no meaning. */
export const slots = {
  time: 0,
  client: 1,
  request: 2,
  method: 3,
  path: 4,
  host: 5,
  status: 6,
  bytes: 7,
  total: 8,
  address: 9,
  tryBytes: 10,
  tryTime: 11,
  tryStatus: 12,
  connect: 13,
  header: 14,
  id: 15,
  namespace: 16,
  route: 17,
  service: 18,
  backend: 19,
  flags: 20,
  details: 21,
  failure: 22,
  retries: 23,
  queue: 24,
  clientTime: 25,
  originStatus: 26,
  overhead: 27,
  server: 28,
  term: 29,
} as const

export type SlotName = keyof typeof slots
export const slotCount = Object.keys(slots).length

/** What stood in each slot; undefined: the format has none. */
export type Values = (string | undefined)[]

/** `-`, and nothing, are how all of them write that there is nothing. */
export function said(text: string | undefined): string | null {
  return text === undefined || text === '-' || text === '' ? null : text
}

/** A number that was written plainly; null for what is none. HAProxy writes -1 for what never came. */
export function numberIn(text: string | undefined, times = 1): number | null {
  if (text === undefined || text === '' || text.length > 24) return null
  const value = Number(text)
  return Number.isFinite(value) && value >= 0 ? value * times : null
}

export function statusIn(text: string | undefined): number | null {
  if (text?.length !== 3) return null
  const value = Number(text)
  return value >= 100 && value <= 999 ? value : null
}

/** `GET /cart?a=b HTTP/1.1`. A path may hold blanks. */
export function requestIn(text: string | undefined): { readonly method: string | null; readonly path: string | null } {
  if (text === undefined) return { method: null, path: null }
  const first = text.indexOf(' ')
  if (first <= 0) return { method: null, path: null }
  const last = text.lastIndexOf(' ')
  const path = last > first ? text.slice(first + 1, last) : text.slice(first + 1)
  return { method: text.slice(0, first), path: said(path) }
}
