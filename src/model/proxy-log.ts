import type { LineTrouble } from '../wire/access-log/line-trouble.ts'
import type { ProxyDialect } from '../wire/access-log/proxy-lines.ts'
import type { Known } from './known.ts'

/**
 * What the access log of one pod that carries users' requests says of those of the last minutes: an Envoy of Contour or
 * of a Gateway, a Traefik, an HAProxy. ingress-nginx and F5's have an error log instead, in `ControllerConfig.lately`.
 */
export interface ProxyLog {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  readonly dialect: ProxyDialect
  readonly lately: Known<ProxyLately>
}

/** As far back as the log goes, at most `lateSeconds`. No request is kept, and no line. */
export interface ProxyLately {
  readonly lines: number
  /** Requests among them, in a format that is known. */
  readonly requests: number
  /** Lines that nobody here reads: those of a format of somebody's own. */
  readonly unread: number
  /** Milliseconds since 1970 of the first and the last request; null where none bears a time. */
  readonly from: number | null
  readonly until: number | null
  /** There were more lines than are read. */
  readonly cutOff: boolean
  readonly failed: readonly ProxyFailures[]
  /** Failed requests of which the line does not tell whose they were, or what went wrong. */
  readonly unplaced: number
}

export type RoutedKind = 'Ingress' | 'HTTPRoute' | 'GRPCRoute' | 'HTTPProxy' | 'IngressRoute'

/** Requests of one object that ended in a 5xx in one way: a count, and none of the requests. */
export interface ProxyFailures {
  readonly object: { readonly kind: RoutedKind; readonly namespace: string; readonly name: string }
  /** null where the line does not tell to which of its Services. */
  readonly service: { readonly namespace: string; readonly name: string } | null
  readonly trouble: LineTrouble
  readonly status: number
  /** `10.2.0.4:8080`; null where none was chosen, or the line does not tell. */
  readonly upstream: string | null
  readonly times: number
  /** Of these, milliseconds since 1970; null where none bears a time. */
  readonly last: number | null
  /** All requests in this log for that Service of the object; of `service: null`, those that do not tell theirs. */
  readonly of: number
  /** Those of them after the last of these that did not fail. */
  readonly after: number
  /** More of these, older than the last change of the object. */
  readonly over: number
}
