import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { HeldCertificate, HeldContent, HeldSecret } from '../../model/beside.ts'

/** A chain of a dozen certificates has 30 KiB. */
const longestChain = 128 * 1024
/** RFC 1035; a certificate for more names than this is cut off, and then nothing is said of it. */
const mostHosts = 500
/** No server sends more of a chain (OpenSSL, SSL_CTX_set_verify_depth). */
const mostOfChain = 20
/** X.520, upper bound of a common name. */
const longestName = 64

/** The values of a Secret by which hosts are served over TLS, in base64; null where it has none of the name. */
export interface TlsValues {
  readonly certificate: string | null
  readonly key: string | null
  readonly authority: string | null
}

/**
 * What `tls.crt` holds, and whether `tls.key` is its key: Go's `tls.X509KeyPair` refuses the pair otherwise, and so
 * does ingress-nginx (internal/net/ssl/ssl.go, CreateSSLCert). The key is looked at here, and no byte of it is kept.
 */
export function tlsContent(values: TlsValues, now: number | null): Pick<HeldSecret, 'certificate' | 'content'> {
  const encoded = values.certificate
  if (encoded === null || encoded.length > longestChain || !isBase64(encoded)) return { certificate: null }
  const bytes = Buffer.from(encoded, 'base64')
  const text = bytes.toString('latin1')
  const blocks = certificatesIn(text)
  const leaf = blocks.at(0)
  if (leaf === undefined || leaf === null) {
    const content = contentOf(text, bytes, readKey(values.key) !== null)
    return { certificate: null, ...(content === null ? {} : { content }) }
  }
  return { certificate: certificateOf(leaf, { blocks, values, now }) }
}

interface Around {
  readonly blocks: readonly (X509Certificate | null)[]
  readonly values: TlsValues
  readonly now: number | null
}

/** The first of a chain is the server's own (RFC 8446, 4.4.2). */
function certificateOf(leaf: X509Certificate, { blocks, values, now }: Around): HeldCertificate | null {
  const hosts = hostsIn(leaf.subjectAltName ?? '')
  const until = Date.parse(leaf.validTo)
  if (hosts === null || Number.isNaN(until)) return null
  const issuer = lackingIssuer(leaf, blocks, values.authority)
  return {
    hosts,
    until: new Date(until).toISOString(),
    when: whenOver(until, now),
    key: keyOf(leaf, values.key),
    ...(issuer === null ? {} : { issuer }),
  }
}

function whenOver(until: number, now: number | null): HeldCertificate['when'] {
  if (now === null) return 'unsure'
  return now > until ? 'over' : 'valid'
}

function keyOf(leaf: X509Certificate, encoded: string | null): NonNullable<HeldCertificate['key']> {
  const key = readKey(encoded)
  if (key === null) return 'unread'
  return leaf.checkPrivateKey(key) ? 'fits' : 'other'
}

function readKey(encoded: string | null): ReturnType<typeof createPrivateKey> | null {
  if (encoded === null || encoded === '' || encoded.length > longestChain) return null
  try {
    return createPrivateKey(Buffer.from(encoded, 'base64'))
  } catch {
    return null
  }
}

/** null in the list: a block that does not parse. */
function certificatesIn(text: string): readonly (X509Certificate | null)[] {
  const [, ...parts] = text.split('-----BEGIN CERTIFICATE-----', mostOfChain + 1)
  return parts.map((it) => {
    const end = it.indexOf('-----END CERTIFICATE-----')
    if (end === -1) return null
    return parsed(`-----BEGIN CERTIFICATE-----${it.slice(0, end)}-----END CERTIFICATE-----\n`)
  })
}

function parsed(it: string | Buffer): X509Certificate | null {
  try {
    return new X509Certificate(it)
  } catch {
    return null
  }
}

/**
 * A root needs not be sent, and everybody who trusts it has it; one that a root issued is whole alone. cert-manager
 * writes the root of its CA to `ca.crt` (cert-manager.io, "CA").
 */
function lackingIssuer(
  leaf: X509Certificate,
  blocks: readonly (X509Certificate | null)[],
  authority: string | null,
): NonNullable<HeldCertificate['issuer']> | null {
  if (leaf.checkIssued(leaf) || blocks.some((it) => it !== leaf && (it === null || leaf.checkIssued(it)))) return null
  const beside = authority === null ? [] : certificatesIn(Buffer.from(authority, 'base64').toString('latin1'))
  const above = beside.find((it) => it !== null && leaf.checkIssued(it)) ?? null
  if (above?.checkIssued(above) === true) return null
  const name = commonName(leaf.issuer)
  const isBelow = above !== null || isPublished(leaf.infoAccess ?? '') || intermediate.test(name)
  return { name, looks: isBelow && !/root/i.test(name) ? 'intermediate' : 'unsure' }
}

/**
 * Where the issuer's certificate can be fetched says nothing of whether that is a root (RFC 5280, 4.2.2.1): AD CS and
 * Vault write it for their roots, into LDAP, CertEnroll and names of a company's own. What is published to the world is
 * a browser's, whose authorities issue for servers by one in the middle alone (CA/Browser Forum, 6.1.7).
 */
function isPublished(access: string): boolean {
  return access.split('\n', 20).some((it) => {
    const [, host = '', path = ''] =
      /^CA Issuers - URI:"?https?:\/\/([\w.-]{1,253})(?::\d{1,5})?(\/[^\n]{0,300})?/i.exec(it) ?? []
    return /\.[a-z]{2,}$/i.test(host) && !ofCompany.test(host) && !/certenroll|\/v1\/|\/pki/i.test(path)
  })
}

const ofCompany =
  /\.(?:local|internal|intranet|corp|lan|home|test|example|invalid|localdomain|ad|svc)$|\bexample\.(?:com|org|net)$/i

/** As authorities call those who issue for servers: `R11`, `WE1`, `Example Issuing CA 2`, `DV TLS CA`. */
const intermediate = /^(?:Y?[RE]|W[RE])\d{1,2}$|intermediate|issuing|\bsub(?:ordinate)?\b|\b(?:DV|OV|EV|TLS|SSL)\b/i

/** Node writes each part on a line: `C=US`, `O=…`, `CN=…`. */
function commonName(issuer: string | undefined): string {
  const parts = (issuer ?? '').split('\n', 50)
  const name = ['CN=', 'O='].flatMap((of) => parts.filter((it) => it.startsWith(of)).map((it) => it.slice(of.length)))
  return (name[0] ?? 'its issuer').slice(0, longestName)
}

/** `DNS:a.example, IP Address:10.0.0.1`. Node puts a name with a comma or a quote in it in quotes: no host has one. */
function hostsIn(names: string): readonly string[] | null {
  if (names.includes('"')) return null
  const all = names.split(', ').filter((it) => it !== '')
  if (all.length > mostHosts) return null
  return all.flatMap((it) => {
    const [, host] = /^(?:DNS|IP Address):(.+)$/.exec(it) ?? []
    return host === undefined ? [] : [host]
  })
}

/** What the API stores is base64; what is not was written by whoever took it out. */
function isBase64(text: string): boolean {
  return !/[^A-Za-z0-9+/=\s]/.test(text)
}

/** `***REDACTED***`, `<removed>`, `xxxx`. */
const takenOut = /redact|remov|omit|hidden|mask|censor|secret|placeholder|dummy|\*{3}|x{4}|^\s*<|\.{3}/i
/** Shorter than any certificate that was damaged. */
const shortest = 40

/** null: as whoever takes secrets out of files may write. A key beside it that can be read says that nobody did. */
function contentOf(text: string, bytes: Buffer, isWhole: boolean): HeldContent | null {
  const label = text.slice(0, longestChain).split('-----BEGIN ', 2)[1]?.split('-----', 1)[0] ?? ''
  if (/^(?:NEW )?CERTIFICATE REQUEST$/.test(label)) return { is: 'request', sure: true }
  if (label.endsWith('PRIVATE KEY')) return { is: 'key', sure: true }
  if (/^\s*LS0tLS1CRUdJTi/.test(text)) return { is: 'twice', sure: true }
  if (label === '' && parsed(bytes) !== null) return { is: 'binary', sure: true }
  if (text.trim() === '') return { is: 'empty', sure: isWhole }
  if (takenOut.test(text)) return isWhole ? { is: 'other', sure: false } : null
  if (label === 'CERTIFICATE') return { is: 'broken', sure: isWhole }
  return isWhole || text.length >= shortest ? { is: 'other', sure: isWhole } : null
}
