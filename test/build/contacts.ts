import type {
  Certificate,
  ConnectResult,
  Contact,
  Contacts,
  DirectContact,
  HttpContact,
  LargeRequest,
  PageMarks,
  RoutedContact,
  StrangerAnswer,
} from '../../src/model/contacts.ts'
import type { Pod } from '../../src/model/pod.ts'

const times: Readonly<Record<ConnectResult, number>> = {
  open: 1,
  refused: 0.5,
  timeout: 3000,
  'no-route': 2,
  'no-source': 1,
  error: 1,
}

export function tries(...results: readonly ConnectResult[]): Contact['tries'] {
  return results.map((result) => ({ result, ms: times[result] }))
}

export function repeat(count: number, result: ConnectResult): Contact['tries'] {
  return tries(...Array.from({ length: count }, () => result))
}

/** Connects to Service `shop/<name>` port 80 by its own address. */
export function toService(name: string, node: string, its: Contact['tries'], about: Partial<Contact> = {}): Contact {
  return {
    node,
    service: { namespace: 'shop', name, port: 80 },
    via: { kind: 'service' },
    ip: '10.96.44.7',
    port: 80,
    tries: its,
    ...about,
  }
}

/** Connects to one pod behind Service `shop/<name>` port 80, skipping the Service. */
export function toPod(
  name: string,
  node: string,
  pod: Pod,
  its: Contact['tries'],
  about: Partial<Contact> = {},
): Contact {
  return {
    node,
    service: { namespace: 'shop', name, port: 80 },
    via: { kind: 'endpoint', pod: pod.name },
    ip: pod.ip ?? '',
    port: 8080,
    tries: its,
    ...about,
  }
}

export function contacts(connects: readonly Contact[], http: readonly HttpContact[] = []): Contacts {
  return { from: { namespace: 'shop', labels: { 'app.kubernetes.io/managed-by': 'hopscope' } }, connects, http }
}

/** One GET through controller pod `controller-1` for Ingress `shop/web`. */
export function get(path: string, status: number | null, about: Partial<HttpContact> = {}): HttpContact {
  return {
    node: 'worker-1',
    ingress: { namespace: 'shop', name: 'web' },
    host: 'web.example.com',
    path,
    via: { controllerPod: 'controller-1', ip: '10.2.1.80', port: 80 },
    status,
    error: status === null ? 'connection reset' : null,
    ms: 12,
    ...about,
  }
}

/** One GET to endpoint `pod` of Service `shop/<name>` port 80, itself. */
export function getOf(
  name: string,
  pod: string,
  status: number | null,
  about: Partial<DirectContact> = {},
): DirectContact {
  return {
    node: 'worker-1',
    service: { namespace: 'shop', name, port: 80 },
    pod,
    ip: '10.2.1.9',
    port: 8080,
    host: 'web.example.com',
    path: '/',
    basis: 'declared',
    scheme: 'http',
    status,
    error: status === null ? 'ECONNREFUSED' : null,
    ms: 4,
    ...about,
  }
}

/** One GET of HTTPRoute `shop/web` to Service `edge/envoy`; its backend is Service `shop/web` port 80. */
export function getThrough(path: string, status: number | null, about: Partial<RoutedContact> = {}): RoutedContact {
  return {
    node: 'worker-1',
    route: { kind: 'HTTPRoute', namespace: 'shop', name: 'web' },
    host: 'web.example.com',
    path,
    basis: 'declared',
    via: { namespace: 'edge', name: 'envoy', ip: '10.96.0.80', port: 80 },
    backends: [{ namespace: 'shop', name: 'web', port: 80 }],
    scheme: 'http',
    status,
    error: status === null ? 'ECONNRESET' : null,
    ms: 12,
    ...about,
  }
}

/** One GET that fills a packet, from worker-2 to endpoint `pod` of Service `shop/<name>` port 80. */
export function largeTo(name: string, pod: string, about: Partial<LargeRequest> = {}): LargeRequest {
  return {
    node: 'worker-2',
    of: { kind: 'endpoint', service: { namespace: 'shop', name, port: 80 }, pod },
    ip: '10.2.1.9',
    port: 8080,
    host: 'web.example.com',
    path: '/',
    bytes: 1500,
    smallAgain: null,
    scheme: 'http',
    status: 200,
    error: null,
    ms: 5,
    ...about,
  }
}

/** What `controller-1` says to a host that nobody declared. */
export function stranger(status: number, about: Partial<StrangerAnswer> = {}): StrangerAnswer {
  const via = { controllerPod: 'controller-1', ip: '10.2.1.80', port: 80 }
  return {
    node: 'worker-1',
    host: 'hopscope-asks.invalid',
    via,
    status,
    error: null,
    ms: 1,
    scheme: 'http',
    page: pageOf('controller'),
    ...about,
  }
}

export function pageOf(maker: string): PageMarks {
  return { body: `body of ${maker}`, head: `head of ${maker}` }
}

export function certificate(about: Partial<Certificate> = {}): Certificate {
  return {
    names: ['web.example.com'],
    subject: 'web.example.com',
    issuer: 'Example CA',
    covers: true,
    validity: 'now',
    validFrom: 'Jan  1 00:00:00 2021 GMT',
    validTo: 'Jan  1 00:00:00 2031 GMT',
    trust: 'public',
    ...about,
  }
}
