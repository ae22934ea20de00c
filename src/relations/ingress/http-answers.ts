import type { Basis, Contacts, DirectContact, HttpContact, HttpEnd } from '../../model/contacts.ts'
import { isInterim, lateOf, wantsCertificate } from '../../model/http-error.ts'
import type { Known } from '../../model/known.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import type { Namespace, NetworkPolicy } from '../../model/network-policy.ts'
import type { Pod } from '../../model/pod.ts'
import type { Scope } from '../../model/sources.ts'
import { isIp } from '../../wire/ip-family.ts'
import { policyNames } from '../policy/policy-allows.ts'
import { policyOnProbe } from '../policy/policy-on-probe.ts'
import { blindLagMs, lagIn } from '../troubles/probe-lag.ts'

/** Headers without the end of the body are no answer, whatever the status: large packets may be lost on the way. */
export function isBadEnd({ status, error }: HttpEnd): boolean {
  if (error === wantsCertificate) return false
  return status === null || status >= 500 || error !== null
}

/** A redirect that led away, or further than was followed: it says nothing of the backend. */
export function isRedirect({ status, error }: HttpEnd): boolean {
  return error === null && status !== null && [300, 301, 302, 303, 307, 308].includes(status)
}

/** To another host; one to the same, as from HTTP to HTTPS, was followed. */
export function isLedAway(it: HttpEnd): boolean {
  return it.location !== undefined && isRedirect(it)
}

/**
 * It came, and it is not what the client wants: a request that is not granted or leads to nothing, a certificate that a
 * browser stops at. A guessed path proves nothing by its status. Who signed it is no fault: that is its own clients'.
 */
export function isDoubtful(end: HttpEnd & { readonly host: string; readonly basis?: Basis }): boolean {
  if (isBadEnd(end)) return false
  return isRefusedCertificate(end) || (end.basis !== 'guessed' && (end.status ?? 0) >= 400)
}

/** No name is wrong for an address. */
export function isRefusedCertificate({ certificate, host }: Pick<HttpEnd, 'certificate'> & { readonly host: string }) {
  if (certificate === undefined) return false
  return certificate.validity !== 'now' || !(certificate.covers || isIp(host.replace(/:\d+$/, '')))
}

export function isNotFound({ status, error }: HttpEnd): boolean {
  return error === null && status === 404
}

/** Nothing came of the connection itself: what a policy on the probe's own pod, or a late probe, looks like. */
export function neverConnected({ status, error, scheme }: HttpEnd): boolean {
  if (status !== null || error === null || error === 'ECONNREFUSED' || isInterim(error)) return false
  if (lateOf(error) === 'connection' || /^E(?:TIMEDOUT|HOSTUNREACH|NETUNREACH|PERM|ACCES)/.test(error)) return true
  // Old recordings had one sentence for every kind of silence, and knew no scheme.
  return scheme === undefined
}

function isLateEnd({ error }: HttpEnd): boolean {
  return lateOf(error) !== null || error?.startsWith('ETIMEDOUT') === true
}

/**
 * Ports of controllers that say nothing of any Ingress: each connection was refused (they listen elsewhere), or each
 * was ended without a word, and so was the one for a host that nobody has (they expect the PROXY protocol first).
 */
export function mutePorts({ http, strangers = [] }: Contacts): ReadonlySet<string> {
  const groups = Map.groupBy(http, portOf)
  const toStrangers = Map.groupBy(strangers, portOf)
  const isMute = (port: string, its: readonly HttpContact[]): boolean => {
    if (its.every((it) => it.error === 'ECONNREFUSED')) return true
    const others = toStrangers.get(port) ?? []
    return others.length > 0 && [...its, ...others].every((it) => it.status === null && it.error === 'ECONNRESET')
  }
  return new Set([...groups].filter(([port, its]) => isMute(port, its)).map(([port]) => port))
}

/** One pod's ports for plain HTTP and for TLS are two: a redirect may have led to the other. */
export function portOf({ via, scheme }: Pick<HttpContact, 'via' | 'scheme'>): string {
  return `${via.controllerPod} ${scheme ?? 'http'}`
}

interface Seen {
  readonly contacts: Known<Contacts>
  readonly dnsProbe: Known<DnsProbe>
  readonly networkPolicies: Known<readonly NetworkPolicy[]>
  readonly namespaces: Known<readonly Namespace[]>
  readonly pods: Known<readonly Pod[]>
  readonly scope: Scope
}

/** Why a bad answer is the probe's own doing, perhaps; null for one that counts. */
export function excuseOf(seen: Seen): (it: HttpContact | DirectContact) => string | null {
  const decide = policyOnProbe(seen)
  const listed = Map.groupBy(seen.pods.known ? seen.pods.value : [], (it) => it.name)
  return (it) => {
    if (!isBadEnd(it)) return null
    const lag = lagIn(seen.dnsProbe, it.node)
    if (isLateEnd(it) && lag >= blindLagMs)
      return `the probe on ${it.node} got the CPU ${lag} ms late, so its silence says nothing`
    if (!neverConnected(it) || !seen.networkPolicies.known) return null
    const pod = 'via' in it ? it.via.controllerPod : it.pod
    const at = 'via' in it ? it.via : it
    const service = 'service' in it ? it.service : { ...it.ingress, port: at.port }
    const contact = {
      node: it.node,
      service,
      via: { kind: 'endpoint', pod } as const,
      ip: at.ip,
      port: at.port,
      tries: [],
    }
    const decision = decide(
      contact,
      (listed.get(pod ?? '') ?? []).filter((one) => one.ip === at.ip),
      null,
    )
    if (decision.kind === 'allowed') return null
    return decision.kind === 'denied'
      ? `${policyNames(decision.by)} denies the probe pod the way to ${at.ip}:${at.port}`
      : `a policy may deny the probe pod the way to ${at.ip}:${at.port}: ${decision.why}`
  }
}

/** Bytes came, and Node's parser (llhttp) takes them for no HTTP. */
export function isGarbled({ status, error }: HttpEnd): boolean {
  return status === null && error?.startsWith('HPE_') === true
}

/** `502`, `no answer (ECONNREFUSED)`, `an answer that is no HTTP (HPE_…)`, `200, and the body did not end (…)`. */
export function endText(end: HttpEnd): string {
  const { status, error } = end
  if (isGarbled(end)) return `an answer that is no HTTP (${error})`
  if (status === null && isInterim(error)) return `${error}`
  if (status === null) return `no answer (${error ?? 'connection failed'})`
  return error === null ? `${status}` : `${status} (${error})`
}

/** `https://web.example.com/cart`, as it was asked. */
export function urlText({
  host,
  path,
  scheme,
  redirects,
}: HttpEnd & { readonly host: string; readonly path: string }): string {
  // Before the first redirect to TLS it was plain.
  const first =
    redirects?.[0] !== undefined && scheme === 'https' && /^https:/i.test(redirects[0].location)
      ? 'http'
      : (scheme ?? 'http')
  return `${first}://${host}${path}`
}
