import type { FailedRequests } from '../wire/access-log/failed-requests.ts'
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
  /** Whether the API server gives any answer at all to a request from this pod, with no login. */
  readonly api: Known<'answers' | 'silent'>
}

/** The configuration that nginx refused, and where in it nginx stopped, as far as the controller's log says. */
export interface RefusedConf extends ConfPlace {
  /** null where the log does not say; then its directive is not known either. */
  readonly line: number | null
}
