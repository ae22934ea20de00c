import type { Container } from '../model/pod.ts'

/** What the kubelet's words about a probe come to. */
const signs: readonly (readonly [sign: RegExp, comesTo: string])[] = [
  // A TLS alert: content type 21, version 3.x (RFC 8446 B.1).
  [/malformed HTTP response .{0,3}\\x15\\x03/, 'the port speaks TLS, and the probe plain HTTP: it wants scheme: HTTPS'],
  // crypto/tls, RecordHeaderError; net/http, transport.go.
  [
    /server gave HTTP response to HTTPS client|first record does not look like a TLS handshake/,
    'the port speaks plain HTTP, and the probe TLS: it wants scheme: HTTP',
  ],
  // An HTTP/2 server preface: a SETTINGS frame comes first (RFC 9113 3.4).
  [
    /malformed HTTP response .{0,3}\\x00\\x00.{0,12}\\x04/,
    'the port speaks HTTP/2 without TLS, as gRPC does, and the probe HTTP/1.1: it wants grpc, or tcpSocket',
  ],
]

/**
 * What a failed probe's message says to who knows the protocols; null: nothing more than it says. A program that holds
 * a list of hosts (Django, ASP.NET: 400; others: 403) refuses the kubelet, whose Host header is the pod's address
 * (pkg/probe/http/request.go) unless the probe's httpHeaders set one. Linear; never throws.
 */
export function probeSign(said: string, { hostList }: Pick<Container, 'hostList'>): string | null {
  const [, comesTo] = signs.find(([sign]) => sign.test(said.slice(0, 1000))) ?? []
  if (comesTo !== undefined) return comesTo
  return hostList !== undefined && /statuscode: 40[03]\b/.test(said)
    ? `the kubelet's Host header is the pod's address, which ${hostList} may leave out: ` +
        "set Host in the probe's httpHeaders"
    : null
}
