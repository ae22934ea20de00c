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
}

/** Whom ingress-nginx asks before each request, `auth-url`: of the URL no more than this, the rest may hold a token. */
export interface IngressAuth {
  readonly host: string
  readonly port: number
}

export interface Ingress {
  readonly namespace: string
  readonly name: string
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
  /** Vendors whose annotations it bears: `alb`, `nginx`. */
  readonly vendors?: readonly string[]
  readonly actions?: readonly IngressAction[]
  /** Names of annotations that are for nginx controllers: `nginx.org/rewrites`. Their values are not read. */
  readonly annotated?: readonly string[]
  readonly nginx?: NginxRouting
  readonly auth?: IngressAuth
}

export interface IngressClass {
  readonly name: string
  readonly controller: string
  readonly isDefault: boolean
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
  }[]
  /** What its selector wants and the pod has not: `app.kubernetes.io/version=1.12.0`. Empty = it selects the pod. */
  readonly wants: readonly string[]
  /** Addresses that are ready in its slices; null where these were not read. */
  readonly ready: number | null
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
  /** Namespaces that it looks at, where it is told which: `--watch-namespace`. Absent = all. */
  readonly watches?: readonly string[]
  /** Whether it offers an admission webhook: `--validating-webhook`. */
  readonly webhook?: 'on' | 'off'
}
