/**
 * How a TCP connect ended: `refused` is an RST or ICMP port unreachable, `no-route` an ICMP host unreachable.
 * `no-source`: whoever connects has no port of its own left for that other end (EADDRNOTAVAIL).
 */
export type ConnectResult = 'open' | 'refused' | 'timeout' | 'no-route' | 'no-source' | 'error'

/** What a server's first words say, where they are known: it has no place left, or does not want this client. */
export type Refusal = 'full' | 'not-welcome'

export interface ConnectTry {
  readonly result: ConnectResult
  readonly ms: number
  /**
   * Of an open connection that was stayed on for a moment: after how long the other side ended it, without a byte or
   * with a refusal; null: it stayed, or spoke. Absent: nobody stayed on it.
   */
  readonly hungUpMs?: number | null
  /** Absent: it hung up without a byte, or did not. */
  readonly refusal?: Refusal
  /** The port that it left from, as the pod that connects has it. Absent: not known, and in old recordings. */
  readonly sourcePort?: number
}

export interface Contact {
  readonly node: string
  readonly service: { readonly namespace: string; readonly name: string; readonly port: number }
  /** The Service's own address, or one pod behind it. */
  readonly via: { readonly kind: 'service' } | { readonly kind: 'endpoint'; readonly pod: string | null }
  readonly ip: string
  readonly port: number
  readonly tries: readonly ConnectTry[]
}

/**
 * What a server showed at the TLS handshake: a probe goes on whatever it is, and says what a browser would have said.
 */
export interface Certificate {
  /** The names that it is for, the first ten. */
  readonly names: readonly string[]
  /** The common names of its subject and of who signed it; '' where it has none. */
  readonly subject: string
  readonly issuer: string
  /** Whether one of its names is the host that was asked for. */
  readonly covers: boolean
  /** By the clock of the node that asked. */
  readonly validity: 'now' | 'expired' | 'not-yet'
  /** Absent in old recordings. */
  readonly validFrom?: string
  readonly validTo: string
  readonly trust: 'public' | 'unknown-issuer' | 'self-signed'
}

/** Products whose own pages of an error are known. */
export const pageMakers = ['haproxy', 'nginx', 'envoy', 'aws', 'cloudflare', 'google', 'azure', 'varnish'] as const
export type PageMaker = (typeof pageMakers)[number]

/** What tells one answer from another without keeping either: equal pages have equal marks. */
export interface PageMarks {
  /** Of the body's first 4 KiB, without the host and path that were asked for. */
  readonly body: string
  /** Of the headers' names, the server and the type of content. */
  readonly head: string
  /** Whose page of an error it is; absent where it does not say, and where it is none. */
  readonly by?: PageMaker
}

/** How one GET ended. An answer with an `error` came in part: its status is no sign of health. */
export interface HttpEnd {
  readonly status: number | null
  readonly error: string | null
  readonly ms: number
  /** Where a redirect leads that was not followed: to another host. */
  readonly location?: string
  /** Redirects to the same host that were followed before this answer. */
  readonly redirects?: readonly { readonly status: number; readonly location: string }[]
  /** The scheme of the last request. Absent in old recordings, which knew no TLS. */
  readonly scheme?: 'http' | 'https'
  readonly certificate?: Certificate
  readonly page?: PageMarks
  /**
   * Its end was not awaited: it is meant to go on for ever (`stream`), or longer than what is read (`long`). That it
   * comes to its end is not seen. Absent: it ended, or failed; and in old recordings.
   */
  readonly unended?: 'stream' | 'long'
}

/** Connects to a port that every node is to forward to a Service. */
export interface NodePortContact {
  readonly node: string
  readonly service: { readonly namespace: string; readonly name: string; readonly port: number }
  readonly at: { readonly node: string; readonly ip: string }
  readonly port: number
  readonly tries: Contact['tries']
}

/** How it is known that this path is one that should be answered: a guess proves nothing by a 404. */
export type Basis = 'url' | 'declared' | 'guessed'

export interface HttpContact extends HttpEnd {
  readonly node: string
  readonly ingress: { readonly namespace: string; readonly name: string }
  /** As the `Host` header has it: with the port that a URL names. */
  readonly host: string
  readonly path: string
  readonly basis?: Basis
  readonly via: { readonly controllerPod: string; readonly ip: string; readonly port: number }
}

/** What routes requests by Gateway API, or by Contour's own kind. */
export interface RouteName {
  readonly kind: 'HTTPRoute' | 'GRPCRoute' | 'TLSRoute' | 'TCPRoute' | 'UDPRoute' | 'HTTPProxy'
  readonly namespace: string
  readonly name: string
}

/** A GET of what a route has, to the Service of the data plane that carries it. */
export interface RoutedContact extends HttpEnd {
  readonly node: string
  readonly route: RouteName
  readonly host: string
  readonly path: string
  readonly basis: Basis
  readonly via: { readonly namespace: string; readonly name: string; readonly ip: string; readonly port: number }
  /** Services of the rule that has the path; whoever answers is one of them, or the data plane itself. */
  readonly backends: readonly { readonly namespace: string; readonly name: string; readonly port: number }[]
}

/** Why nothing of a route was asked for. */
export type UnroutedWhy =
  | 'planes-unread'
  | 'no-plane'
  | 'several-planes'
  | 'no-port'
  | 'not-attached'
  | 'not-http'
  | 'no-url'
  | 'deed'
  | 'bound'
  | 'flag'

/** A GET to an endpoint itself, past the Service's address and past every controller. */
export interface DirectContact extends HttpEnd {
  readonly node: string
  readonly service: { readonly namespace: string; readonly name: string; readonly port: number }
  readonly pod: string | null
  readonly ip: string
  readonly port: number
  readonly host: string
  readonly path: string
  readonly basis: Basis
}

/**
 * A GET padded by a header until it fills a packet, to an endpoint or a controller that answered a small one just
 * before. Any status is an answer to it: the packet arrived.
 */
export interface LargeRequest extends HttpEnd {
  readonly node: string
  readonly of:
    | { readonly kind: 'endpoint'; readonly service: DirectContact['service']; readonly pod: string | null }
    | { readonly kind: 'controller'; readonly ingress: HttpContact['ingress']; readonly pod: string }
  readonly ip: string
  readonly port: number
  readonly host: string
  readonly path: string
  /** Of the IP packet that it fills. */
  readonly bytes: number
  /** Whether a small one after it was answered again; null: not asked, as the large one was answered. */
  readonly smallAgain: boolean | null
}

/** What a controller says to a host that nobody can have declared: its own "no such host". */
export interface StrangerAnswer extends HttpEnd {
  readonly node: string
  readonly host: string
  readonly via: HttpContact['via']
}

/** Ports that nothing was asked of: an open connection alone says little, and no connection says nothing. */
export interface Unasked {
  readonly service: { readonly namespace: string; readonly name: string; readonly port: number }
  readonly protocol: 'TCP' | 'UDP' | 'SCTP'
  /**
   * `not-http`: connected at most, since nothing says that it speaks HTTP. `mesh`: a sidecar answers for the pod.
   * `guarded`: its Ingress asks who comes, and the endpoints are not asked past that. `flag`: --no-http.
   */
  readonly why: 'not-http' | 'not-tcp' | 'mesh' | 'bound' | 'guarded' | 'flag'
}

/** What the probe pods saw of Services and Ingresses, and from where. */
export interface Contacts {
  readonly from: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> }
  readonly connects: readonly Contact[]
  readonly http: readonly HttpContact[]
  /** These are absent in old recordings, which asked neither. */
  readonly direct?: readonly DirectContact[]
  /** The URL that the user named, at the Service's own address: which endpoint answered is not known. */
  readonly through?: readonly DirectContact[]
  readonly large?: readonly LargeRequest[]
  readonly nodePorts?: readonly NodePortContact[]
  readonly strangers?: readonly StrangerAnswer[]
  /** Through Gateways and to HTTPProxies; absent in recordings of before, which asked none of them. */
  readonly routed?: readonly RoutedContact[]
  readonly unrouted?: readonly { readonly route: RouteName; readonly why: UnroutedWhy }[]
  readonly unasked?: readonly Unasked[]
  /** Addresses that were asked no further, since they answered worse and worse, or said that it is too much. */
  readonly eased?: readonly {
    readonly node: string
    readonly ip: string
    readonly port: number
    readonly why: string
  }[]
}
