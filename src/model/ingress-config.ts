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
  readonly conf: Known<LiveConf>
  /** Of ingress-nginx, whose pods are not in nginx.conf; `not-there` for others. */
  readonly backends: Known<readonly LiveBackend[]>
  /** The configuration that nginx refused to load, and that the controller keeps to be looked at; null = none. */
  readonly refused: Known<RefusedConf | null>
  readonly log: Known<LiveLog>
  /** Whether the API server gives any answer at all to a request from this pod, with no login. */
  readonly api: Known<'answers' | 'silent'>
}

export interface LiveConf {
  readonly checksum: string | null
  readonly servers: readonly LiveServer[]
  readonly upstreams: readonly { readonly name: string; readonly addresses: readonly string[] }[]
  /** False where more of it was there than is read: what is not in it may be there. */
  readonly complete: boolean
}

export interface LiveSetting {
  readonly line: number
  readonly setting: string
}

export interface LiveServer {
  readonly line: number
  readonly end: number
  /** `web.example.com`, `*.example.com`, `_` for any host, `~…` for another expression. */
  readonly serverNames: readonly string[]
  readonly tls: boolean
  readonly settings: readonly LiveSetting[]
  /** Lines that are not kept: they may hold a credential. */
  readonly hidden: number
  readonly locations: readonly LiveLocation[]
}

export interface LiveLocation {
  readonly line: number
  readonly end: number
  /** `=`, `~`, `~*`, `^~`, or '' for a plain prefix. */
  readonly modifier: string
  readonly path: string
  readonly ingress: { readonly namespace: string; readonly name: string } | null
  readonly service: string | null
  /** A number or a name, as the Ingress has it. */
  readonly servicePort: string | null
  /** The path as the Ingress has it. */
  readonly declared: string | null
  readonly upstream: string | null
  /** Why the controller answers 503 in the backend's place. */
  readonly denied: string | null
  /** Seconds. */
  readonly timeouts: { readonly connect: number | null; readonly send: number | null; readonly read: number | null }
  readonly rewrite: string | null
  readonly internal: boolean
  readonly settings: readonly LiveSetting[]
  readonly hidden: number
}

export interface LiveBackend {
  readonly upstream: string
  /** `10.2.1.5:8080`. */
  readonly endpoints: readonly string[]
  /** A canary's; null for the others. */
  readonly weight: number | null
  readonly alternatives: readonly string[]
}

/** Where in the refused configuration nginx stopped, as far as the controller's log says. */
export interface RefusedConf {
  readonly line: number | null
  /** The word that the line begins with; null where the line is not known. */
  readonly directive: string | null
  readonly host: string | null
  readonly path: string | null
  readonly ingress: { readonly namespace: string; readonly name: string } | null
}

export interface LiveLog {
  readonly lines: number
  /** How the last load of a configuration went; null where no line tells. */
  readonly lastLoad: 'done' | 'refused' | null
  readonly signs: readonly LiveSign[]
}

export interface LiveSign {
  readonly kind: 'refused' | 'api-unreachable' | 'default-certificate' | 'ingress-ignored' | 'unsynced'
  readonly times: number
  readonly said: string
  readonly ingress?: { readonly namespace: string; readonly name: string }
  readonly tls?: { readonly namespace: string; readonly name: string }
  readonly line?: number
}
