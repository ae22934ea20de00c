import type { AskedService } from './beside.ts'
import type { Selector } from './network-policy.ts'
import type { ListenHost } from '../wire/listens.ts'
import type { AzureProbe, ExternalDns, HealthAsk, TlsAnnotation, TlsEnded } from './service.ts'

export interface IngressBackend {
  readonly service: string
  /** A port number, a port name, or null where the spec names neither. */
  readonly port: number | string | null
  /** Where in the object it stands: `spec.rules[0].http.paths[0].backend`. */
  readonly path: string
}

export interface IngressRule {
  readonly host: string | null
  readonly paths: readonly { readonly path: string; readonly pathType: string; readonly backend: IngressBackend }[]
}

export interface IngressTls {
  /** None = every host of the Ingress. */
  readonly hosts: readonly string[]
  /** null = the controller's own default certificate. */
  readonly secret: string | null
}

/**
 * What the AWS Load Balancer Controller does in a Service's place, from an annotation
 * `alb.ingress.kubernetes.io/actions.NAME`.
 */
export interface IngressAction {
  readonly name: string
  /** `unreadable`: its JSON does not parse. */
  readonly type: 'forward' | 'redirect' | 'fixed-response' | 'other' | 'unreadable'
  /** Services that a forward names; target groups by ARN are out of sight. */
  readonly services: readonly { readonly service: string; readonly port: number | string | null }[]
}

/**
 * What annotations of ingress-nginx say about routing; nothing else of annotations is read, they may hold credentials.
 */
export interface NginxRouting {
  readonly rewrite: string | null
  readonly regex: boolean
  readonly canary: boolean
  /** A canary to which no request is led: its weight is 0, and no header and no cookie chooses it. */
  readonly idle?: boolean
  /** `HTTPS`, `GRPC`; null = HTTP. */
  readonly protocol: string | null
  /** TLS is to go to the pods as it came, `ssl-passthrough`. Absent where it is not, and in old recordings. */
  readonly passthrough?: true
  /** The `Host` that pods get in place of the client's, `upstream-vhost`; absent where it has variables in it. */
  readonly vhost?: string
  /** What keeps a request's `Connection: upgrade` from the pods. Absent where nothing does, and in old recordings. */
  readonly noUpgrade?: { readonly by: 'connection-proxy-header' | 'proxy-http-version'; readonly value: string }
  /** Its `proxy-read-timeout` is that of connections which are held open. Absent in old recordings. */
  readonly isLong?: true
}

/** Whom ingress-nginx asks before each request, `auth-url`: of the URL no more than this, the rest may hold a token. */
export interface IngressAuth {
  readonly host: string
  readonly port: number
}

/** By which ingress-nginx answers requests with a redirect of its own, wherever they were meant to go. */
export interface IngressRedirect {
  readonly by: 'permanent-redirect' | 'temporal-redirect' | 'app-root'
  /** null = those of the request: an `app-root` is a path alone. */
  readonly to: { readonly scheme: 'http' | 'https'; readonly host: string; readonly port: number } | null
  /** null = that of the request, `$request_uri`. */
  readonly path: string | null
}

/** A Secret by which ingress-nginx asks who comes, or shows who it is. */
export interface NamedSecret {
  readonly by: 'auth-secret' | 'auth-tls-secret' | 'proxy-ssl-secret'
  /** null = the Ingress's own. */
  readonly namespace: string | null
  readonly name: string
  /** A key that has to be in it; null where any may be. */
  readonly key: string | null
}

/** A statement of nginx that decides of each request by itself: of its text nothing more is kept. */
export interface IngressSnippet {
  readonly by: 'server-snippet' | 'configuration-snippet'
  /** `return`: it is the answer. `deny`: callers are kept out by their address, those of `allow` excepted. */
  readonly does: 'return' | 'deny'
  /** Of the answer; 403 of `deny`. */
  readonly status: number
}

/** Whether an ALB sends to node ports, or to the addresses of pods. */
export type AlbTarget = 'instance' | 'ip'

export interface AlbListens {
  /** `listen-ports`, else what the controller takes in its place; null where it can't be read. */
  readonly on: readonly { readonly protocol: 'HTTP' | 'HTTPS'; readonly port: number }[] | null
  /** `listen-ports` or a certificate is named. */
  readonly told?: true
  /** `ssl-redirect`. */
  readonly redirect?: number
  /** `group.name`: it shares its load balancer, and the ports of all are opened. */
  readonly group?: string
}

export interface Ingress {
  readonly namespace: string
  readonly name: string
  /** Seconds since 1970; absent where it says none, and in old recordings. */
  readonly created?: number
  /** `spec.ingressClassName`, else the legacy annotation, else null: the cluster's default class. */
  readonly className: string | null
  readonly classFrom: 'spec' | 'annotation' | 'default'
  readonly rules: readonly IngressRule[]
  readonly defaultBackend: IngressBackend | null
  /** Hosts that are served over TLS, and the Secret of their certificate. Absent where there is none. */
  readonly tls?: readonly IngressTls[]
  /** Addresses that a controller wrote into the status. */
  readonly addresses: readonly string[]
  /** Programs that wrote this status, by the names under which they write: `glbc`, `nginx-ingress-controller`. */
  readonly statusBy?: readonly string[]
  /** When anybody last changed more than its status, milliseconds since 1970. Absent where nobody noted it. */
  readonly changedAt?: number
  /** Vendors whose annotations it bears: `alb`, `nginx`. */
  readonly vendors?: readonly string[]
  /** `nginx.org/mergeable-ingress-type`. Absent where it stands alone, and in old recordings. */
  readonly mergeable?: 'master' | 'minion'
  readonly actions?: readonly IngressAction[]
  /**
   * Names of annotations that are for controllers: `nginx.org/rewrites`. Their values are not read. Old recordings have
   * those for nginx alone.
   */
  readonly annotated?: readonly string[]
  /** Of its annotations for ingress-nginx, those whose value can't be read. Absent = none, and in old recordings. */
  readonly unusable?: readonly { readonly annotation: string; readonly wants: 'number' | 'true or false' }[]
  /** Ranges of its allow-list for ingress-nginx. Absent where it has none, and in old recordings. */
  readonly allowed?: readonly string[]
  /** Ranges that it keeps out, `denylist-source-range`; absent as of `allowed`. */
  readonly denied?: readonly string[]
  readonly redirect?: IngressRedirect
  /** Other names under which ingress-nginx serves its hosts, `server-alias`; no expressions. Absent = none. */
  readonly aliases?: readonly string[]
  /**
   * Whether ingress-nginx leads from http to https: `forced` with or without a certificate, `off` never. Absent = where
   * there is a certificate, as its ConfigMap says, and in old recordings.
   */
  readonly sslRedirect?: 'forced' | 'off'
  /** ingress-nginx leads `www.` before its host to the host, and a host with it to the one without. */
  readonly fromToWww?: true
  /** Secrets that its annotations for ingress-nginx name. Absent where there are none, and in old recordings. */
  readonly secrets?: readonly NamedSecret[]
  /** Traefik's middlewares that it goes through, by the name and provider: `shop-auth@kubernetescrd`. */
  readonly middlewares?: readonly string[]
  /** Plugins of Kong's that its annotation names. Absent = none, and in old recordings. */
  readonly plugins?: readonly string[]
  /** `kubernetes.io/ingress.allow-http: "false"`, of GKE: its load balancer opens no port 80. */
  readonly allowHttp?: 'off'
  /** What snippets for ingress-nginx do to each request. Absent where they do nothing of it, and in old recordings. */
  readonly snippets?: readonly IngressSnippet[]
  /** Entry points of Traefik's that its annotation names. Absent where it names none, and in old recordings. */
  readonly entryPoints?: readonly string[]
  /** Of the AWS Load Balancer Controller, `target-type`; absent where it is for others, and in old recordings. */
  readonly albTarget?: AlbTarget | 'unset'
  /** Of that controller: where its load balancer listens. Absent of others, and in old recordings. */
  readonly albListens?: AlbListens
  /** Of that controller: no annotation names its `scheme`. Absent where one does, of others, and in old recordings. */
  readonly albScheme?: 'unset'
  /** The port on which its load balancer asks whether targets are well. Absent = as the traffic, or old recordings. */
  readonly healthPort?: { readonly by: 'alb' | 'appgw'; readonly port: number | string }
  /** ManagedCertificates of GKE that its annotation names. Absent = none, and in old recordings. */
  readonly managedCertificates?: readonly string[]
  /** What it asks external-dns for. Absent = nothing, and in old recordings. */
  readonly externalDns?: ExternalDns
  readonly nginx?: NginxRouting
  /** Annotations that have other controllers speak TLS to its backends. Absent = none, and in old recordings. */
  readonly tlsBy?: readonly TlsAnnotation[]
  /** The Service of `default-backend`, in its own namespace. Absent = none, and in old recordings. */
  readonly pages?: string
  readonly auth?: IngressAuth
  /** Whom HAProxy Ingress asks before each request, its `auth-url`. Absent = nobody, and in old recordings. */
  readonly asks?: AskedService
  /** What GKE's controller wrote of the load balancer's health checks; absent where it wrote nothing. */
  readonly health?: { readonly backends: number; readonly unhealthy: readonly { readonly name: string }[] }
}

/** A Middleware of Traefik's, by which a router changes requests. */
export interface Middleware {
  readonly namespace: string
  readonly name: string
  /** What it does, by the key of its spec: `rateLimit`, `ipAllowList`. Absent in old recordings, as what follows. */
  readonly does?: string
  /** Whom it asks about each request, `forwardAuth.address`, as far as that is a name and a port. */
  readonly asks?: IngressAuth
  /** What it is a chain of, `chain.middlewares`; a namespace of null is its own. */
  readonly chain?: readonly { readonly namespace: string | null; readonly name: string }[]
  /** Whose pages it shows in place of errors, `errors.service`; a namespace of null is its own. */
  readonly pages?: { readonly namespace: string | null; readonly name: string; readonly port: number | string | null }
}

export interface IngressClass {
  readonly name: string
  readonly controller: string
  readonly isDefault: boolean
  /** It refers to parameters of its controller's own, which are not read. */
  readonly parameters?: true
}

/** A Service by which a controller is reached from outside, or was meant to be: by NodePorts, or a load balancer. */
export interface ControllerFront {
  readonly namespace: string
  readonly name: string
  readonly type: 'NodePort' | 'LoadBalancer'
  /** Of the load balancer, and `externalIPs`. */
  readonly addresses: readonly string[]
  readonly ports: readonly {
    readonly port: number
    readonly nodePort: number | null
    readonly targetPort: number | string
    /** Whether a container of the pod declares that port. `as-name` = it is no number, and no port has that name. */
    readonly declared: 'yes' | 'no' | 'as-name'
    /** The container port that it leads to, where that is declared. Absent where not, and in old recordings. */
    readonly opens?: { readonly port: number; readonly name: string | null }
    /** Where the pod is told to listen in its place, by a flag or so. Absent where it is not, and in old recordings. */
    readonly told?: { readonly by: string; readonly host: ListenHost | null; readonly port: number | null }
  }[]
  /** Of the Service. Absent where there are none, and in old recordings. */
  readonly azureProbes?: readonly AzureProbe[]
  readonly healthAsks?: readonly HealthAsk[]
  readonly tlsEnded?: TlsEnded
  /** Its load balancer sends to pods itself, under the address of the client. Absent = not so, or an old recording. */
  readonly keepsClients?: true
  /** What its selector wants and the pod has not: `app.kubernetes.io/version=1.12.0`. Empty = it selects the pod. */
  readonly wants: readonly string[]
  /** Addresses that are ready in its slices; null where these were not read. */
  readonly ready: number | null
  /**
   * Nodes that have such an address, of one with externalTrafficPolicy Local. Absent where each node forwards, where
   * the slices were not read, and in old recordings.
   */
  readonly localOn?: readonly string[]
  /** Absent in old recordings. */
  readonly externalTrafficPolicy?: 'Local' | 'Cluster'
}

/** A ConfigMap of TCP or UDP services, by which ingress-nginx listens on ports of their own (docs: exposing TCP). */
export interface StreamMap {
  readonly protocol: 'TCP' | 'UDP'
  readonly namespace: string
  readonly name: string
  /** `flag`: the controller is told to read it. `name`: it has the usual name beside it, and no flag tells it. */
  readonly by: 'flag' | 'name'
  /** null where it could not be read. */
  readonly ports: readonly StreamPort[] | null
}

export interface StreamPort {
  readonly port: number
  readonly namespace: string
  readonly service: string
  readonly target: number | string
}

/** A pod that serves Ingresses, recognised by its labels and arguments. */
export interface IngressController {
  readonly namespace: string
  readonly pod: string
  readonly ip: string | null
  /** Where it runs. Absent in old recordings. */
  readonly node?: string | null
  /** By which policies know it. Absent in old recordings. */
  readonly labels?: Readonly<Record<string, string>>
  /** On its node's own network. Absent = it is not, or an old recording, which has no labels either. */
  readonly hostNetwork?: true
  readonly ready: boolean
  /** The `spec.controller` values that it claims: `k8s.io/ingress-nginx`. */
  readonly controller: string
  /** Classes that it serves by name, without an IngressClass: `--ingress-class`. */
  readonly classNames: readonly string[]
  /** Of ingress-nginx: whether it takes an IngressClass by its name alone. Absent in old recordings. */
  readonly byName?: 'on' | 'off'
  /** Of ingress-nginx: whether it passes TLS through at all, `--enable-ssl-passthrough`. Absent in old recordings. */
  readonly passthrough?: 'on' | 'off'
  /** Where the pod itself listens, as its containers declare it. Absent in old recordings: 80 and 443. */
  readonly ports?: { readonly plain: number; readonly tls: number }
  /** What it is, where its configuration can be read; the rest too is absent in old recordings. */
  readonly product?: 'ingress-nginx' | 'f5-nginx'
  /** The container that runs it. */
  readonly container?: string
  readonly image?: string
  /** Absent in old recordings, and where the Services of its namespace could not be read. */
  readonly fronts?: readonly ControllerFront[]
  /** Of ingress-nginx; absent where there are none, and in old recordings. */
  readonly streams?: readonly StreamMap[]
  /** `--status-port`. */
  readonly statusPort?: number
  /** Behind which it finds its annotations, where it is told so: `--annotations-prefix`. Absent = its usual. */
  readonly annotationPrefixes?: readonly string[]
  /** Namespaces that it looks at, where it is told which: `--watch-namespace`. Absent = all. */
  readonly watches?: readonly string[]
  /** Namespaces that it was told to leave out: `--namespace-blacklist` of HAProxy Technologies'. Absent = none. */
  readonly leavesOut?: readonly string[]
  /** Labels of the namespaces that it looks at: `--watch-namespace-selector`. Absent = all. */
  readonly watchesBy?: Selector
  /** Where its settings are, as it is told: `--configmap`. Of ingress-nginx; absent in old recordings, as the rest. */
  readonly configMap?: { readonly namespace: string; readonly name: string }
  /** It is told of a certificate for hosts that have none of their own: `--default-ssl-certificate`. */
  readonly defaultCertificate?: true
  /** Where that one is. Absent in old recordings, and where the flag's value could not be read. */
  readonly defaultSecret?: { readonly namespace: string; readonly name: string }
  /** Whom it asks where nobody else is there: `--default-backend-service`. Absent = itself, and in old recordings. */
  readonly defaultBackend?: { readonly namespace: string; readonly name: string }
  /**
   * It leads nowhere where a Service is of type ExternalName: `--disable-svc-external-name` of ingress-nginx, and
   * Traefik where it is not told to allow them. Absent = it does, or nobody knows, and in old recordings.
   */
  readonly externalNames?: 'refused'
  /** Of Traefik: its flags turn no provider of Ingresses on. Absent = one is on, or nobody knows. */
  readonly ingressesOff?: true
  /** Of the AWS Load Balancer Controller: `--default-target-type`. */
  readonly defaultTarget?: AlbTarget
  /**
   * Of Traefik, the entry points that its flags make, in small letters. Absent where they make none, as where a file or
   * variables do, and in old recordings.
   */
  readonly entryPoints?: readonly string[]
  /** Of these, whose routers are for TLS where they do not say otherwise. Absent with them, and in old recordings. */
  readonly tlsEntryPoints?: readonly string[]
  /** Of these, which lead all requests to another one. Absent where none does, and in old recordings. */
  readonly redirectingEntryPoints?: readonly string[]
  /** Of Traefik, how it looks at IngressRoutes: `--providers.kubernetescrd.…`. */
  readonly crd?: {
    /** Its other flags are there, and none turns this provider on. Absent = it is on, or nobody knows. */
    readonly off?: true
    /** `--core.defaultRuleSyntax`: the release by which rules are read. Absent = its own. */
    readonly syntax?: 'v2' | 'v3'
    /** Resolvers of certificates that its flags make, in small letters. Absent where it is not set up by flags. */
    readonly resolvers?: readonly string[]
    /** null = of every namespace. */
    readonly watches: readonly string[] | null
    readonly className: string | null
    /** `--providers.kubernetescrd.labelSelector`. Absent = none, or none that is understood. */
    readonly selector?: Selector
    /** Whether Services and Middlewares of other namespaces are taken; `unsure` where no flag is about these at all. */
    readonly acrossNamespaces: 'yes' | 'no' | 'unsure'
    readonly externalNames: 'yes' | 'no' | 'unsure'
  }
  /** Whether it offers an admission webhook: `--validating-webhook`. */
  readonly webhook?: 'on' | 'off'
}
