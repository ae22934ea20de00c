import type { Beside, HeldCertificate, HeldContent, HeldSecret } from '../model/beside.ts'
import { once } from './once.ts'

/** What is wrong with a Secret by which a host is served over TLS, as far as a file tells. */
export type SecretFault =
  /** `elsewhere`: namespaces that have a Secret of this name. */
  | { readonly is: 'missing'; readonly elsewhere: readonly string[] }
  | { readonly is: 'keys'; readonly type: string; readonly lacks: readonly string[]; readonly has: readonly string[] }
  | { readonly is: 'host'; readonly host: string; readonly of: readonly string[] }
  | { readonly is: 'over'; readonly time: string }
  /** No certificate is in `tls.crt`: this is. */
  | { readonly is: 'content'; readonly content: HeldContent }
  /** `tls.key` is the key of another certificate. */
  | { readonly is: 'key' }

export interface SecretAsked {
  readonly namespace: string
  readonly name: string
  /** Hosts that are served with it; of wildcards one that the certificate has below them is enough. */
  readonly hosts: readonly string[]
  /** Other names of the two keys that are taken as well. */
  readonly also?: readonly [certificate: string, key: string]
}

/**
 * `unknown`: the file holds no Secrets, or not those of that namespace, or nothing of what is in this one. Of several
 * faults the first that the server meets is told: it reads the pair, and then looks for the host.
 */
export function secretFault({ secrets }: Beside, asked: SecretAsked): SecretFault | 'fine' | 'unknown' {
  if (secrets === null || (secrets.namespace !== null && secrets.namespace !== asked.namespace)) return 'unknown'
  const named = byName(secrets.held).get(asked.name) ?? []
  const secret = named.find((it) => it.namespace === asked.namespace)
  if (secret === undefined) return { is: 'missing', elsewhere: named.map((it) => it.namespace) }
  // Whoever made the file took out what is in Secrets.
  if (secret.keys.length === 0) return 'unknown'
  const lacks = lackingKeys(secret, asked)
  if (lacks.length > 0) return { is: 'keys', type: secret.type, lacks, has: secret.keys }
  const { certificate } = secret
  if (certificate === null) return secret.content === undefined ? 'unknown' : { is: 'content', content: secret.content }
  if (certificate.key === 'other') return { is: 'key' }
  if (certificate.when === 'over') return { is: 'over', time: certificate.until }
  const host = asked.hosts.find((it) => !certificate.hosts.some((one) => isFor(one, it)))
  if (host !== undefined) return { is: 'host', host, of: certificate.hosts }
  return certificate.when === 'unsure' ? 'unknown' : 'fine'
}

/** A cluster has thousands of hosts, each with its Secret. */
const byName = once((held: readonly HeldSecret[]) => Map.groupBy(held, (it) => it.name))

/** The certificate of that Secret, where the file holds it. */
export function heldCertificate({ secrets }: Beside, namespace: string, name: string): HeldCertificate | null {
  const named = secrets === null ? [] : (byName(secrets.held).get(name) ?? [])
  return named.find((it) => it.namespace === namespace)?.certificate ?? null
}

function lackingKeys({ keys }: HeldSecret, { also }: SecretAsked): readonly string[] {
  if (also?.every((it) => keys.includes(it)) === true) return []
  return ['tls.crt', 'tls.key'].filter((it) => !keys.includes(it))
}

/** Whether a certificate of that name is for the host. RFC 9525, 6.3: a wildcard stands for one whole label. */
export function isFor(name: string, host: string): boolean {
  const [own, asked] = [name.toLowerCase(), host.toLowerCase()]
  if (own === asked) return true
  if (asked.startsWith('*.')) return own.endsWith(asked.slice(1))
  return own.startsWith('*.') && asked.includes('.') && own.slice(1) === asked.slice(asked.indexOf('.'))
}
