import type { FailedRequests } from '../wire/access-log/failed-requests.ts'
import type { RequestTrouble } from '../wire/access-log/nginx-error.ts'
import type { ConfBackend } from '../wire/nginx-backends.ts'
import type { NginxConf } from '../wire/nginx-conf.ts'
import type { ControllerLog } from '../wire/nginx-controller-log.ts'
import type { ConfPlace } from '../wire/nginx-place.ts'
import type { Known } from './known.ts'

/** What ingress controllers run, read out of their pods, to be set against what the objects say. */
export interface IngressConfigs {
  readonly controllers: readonly ControllerConfig[]
  /**
   * Ingresses, and Services by their endpoints, that were changed between the reading of the objects and that of the
   * controllers: a difference there says nothing. Unknown where they could not be listed again.
   */
  readonly changed: Known<
    readonly { readonly kind: 'Ingress' | 'Service'; readonly namespace: string; readonly name: string }[]
  >
}

export interface ControllerConfig {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  readonly product: 'ingress-nginx' | 'f5-nginx'
  readonly conf: Known<NginxConf>
  /** Of ingress-nginx, whose pods are not in nginx.conf; `not-there` for others. */
  readonly backends: Known<readonly ConfBackend[]>
  /** The configuration that nginx refused to load, and that the controller keeps to be looked at; null = none. */
  readonly refused: Known<RefusedConf | null>
  readonly log: Known<ControllerLog>
  /** Requests for the hosts that the probe asked for, which failed while it ran; absent where it asked for none. */
  readonly failed?: Known<readonly FailedRequests[]>
  /** What went wrong with requests of users before the probe began; absent in old recordings. */
  readonly lately?: Known<SaidLately>
  /** Whether the API server gives any answer at all to a request from this pod, with no login. */
  readonly api: Known<'answers' | 'silent'>
}

/** The end of a controller's log, as far as it goes back, at most `lateSeconds`: by its own clock. */
export interface SaidLately {
  readonly lines: number
  /** Milliseconds since 1970 of the first and the last line; null where none bears a time. */
  readonly from: number | null
  readonly until: number | null
  /** There were more lines than are read: what stood before the first one is not known. */
  readonly cutOff: boolean
  readonly requests: readonly LateRequests[]
  /** Lines of which no Ingress could be told. */
  readonly unplaced: number
}

/** So far back a fault is still the users' own: what was said before is another day's. */
export const lateSeconds = 900

/** Requests to one path of an Ingress that went wrong in one way: a count, and none of the requests. */
export interface LateRequests {
  readonly ingress: { readonly namespace: string; readonly name: string }
  readonly service: string | null
  /** The server block's name, and the path as the Ingress declares it. */
  readonly host: string
  readonly path: string
  /** Of the location in nginx.conf. */
  readonly line: number
  readonly trouble: RequestTrouble
  /** `10.2.0.4:8080`; null where no server had been chosen. */
  readonly upstream: string | null
  readonly times: number
  /** Of these, milliseconds since 1970; null where there is none. */
  readonly last: number | null
  /** The largest body among them, in bytes. */
  readonly largest: number | null
  /** Of `refused-early`: the status, and how many requests for the same path came to a backend. Absent of others. */
  readonly early?: {
    readonly status: number
    readonly others: number
    /** Of those that were asked about, the other Ingresses that answer to that path. Absent where one alone does. */
    readonly sharedBy?: readonly { readonly namespace: string; readonly name: string }[]
  }
  /** More such lines, older than the last change of the Ingress, or of bodies that it takes by now. */
  readonly over: number
}

/** The configuration that nginx refused, and where in it nginx stopped, as far as the controller's log says. */
export interface RefusedConf extends ConfPlace {
  /** null where the log does not say; then its directive is not known either. */
  readonly line: number | null
}
