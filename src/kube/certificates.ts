import { X509Certificate } from 'node:crypto'
import { connect, type PeerCertificate, type DetailedPeerCertificate } from 'node:tls'
import { age } from './age.ts'
import { portOf } from './dial.ts'
import type { Transport } from './transport.ts'

export interface CertificateTrouble {
  readonly what: string
  readonly hint: string
}

const clientHint =
  "this is your kubeconfig's client certificate, not the cluster's. Renew it, or pick another: --context"
const serverHint = "this is the cluster's certificate, not your kubeconfig's; is this machine's clock right?"

/** What is wrong with the dates of the kubeconfig's own certificate; null when nothing is, or there is none. */
export function clientCertificateTrouble(pem: string | null, now = Date.now()): CertificateTrouble | null {
  if (pem === null) return null
  const dates = datesOf(pem)
  if (dates === null) return { what: 'the client certificate is no certificate', hint: clientHint }
  const what = datesTrouble(dates.from, dates.to, now)
  return what === null ? null : { what, hint: clientHint }
}

function datesOf(pem: string): { readonly from: number; readonly to: number } | null {
  try {
    const { validFrom, validTo } = new X509Certificate(pem)
    return { from: Date.parse(validFrom), to: Date.parse(validTo) }
  } catch {
    return null
  }
}

function datesTrouble(from: number, to: number, now: number): string | null {
  if (to < now) return `TLS certificate expired ${age(now - to)} ago`
  return from > now ? `TLS certificate is not valid before ${new Date(from).toISOString().slice(0, 10)}` : null
}

/** What a TLS error of the first contact means; null when it is not about a certificate. */
export async function certificateTrouble(error: Error, transport: Transport): Promise<CertificateTrouble | null> {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    const dates = await serverDates(transport)
    const what = dates === null ? null : datesTrouble(dates.from, dates.to, Date.now())
    return {
      what: what ?? (code === 'CERT_HAS_EXPIRED' ? 'TLS certificate expired' : 'TLS certificate is not valid yet'),
      hint: serverHint,
    }
  }
  if (untrusted.has(code)) {
    const given = transport.target.cluster.caData !== null || transport.target.cluster.caFile !== null
    return {
      what: `its TLS certificate is signed by an authority that the kubeconfig does not ${given ? 'name' : 'know'}`,
      hint: given
        ? 'the cluster was created again, or something in between answers for it: get a fresh kubeconfig'
        : 'the kubeconfig has no certificate-authority-data for this cluster: get a fresh one',
    }
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const names = 'cert' in error ? namesOf(error.cert as PeerCertificate) : ''
    return {
      what: `its TLS certificate is for other names${names === '' ? '' : `: ${names}`}`,
      hint: 'use one of these names as the server, or set tls-server-name in the kubeconfig',
    }
  }
  // A server that checks client certificates during the handshake ends it with an alert, or simply hangs up.
  const alert = /^ERR_SSL_(SSLV3|TLSV1|TLSV13)_ALERT/.test(code)
  const expired = alert || code === 'ECONNRESET' ? clientCertificateTrouble(transport.credentials.certificate) : null
  if (expired !== null) return expired
  if (alert) return { what: 'it rejects the client certificate', hint: clientHint }
  return null
}

/**
 * OpenSSL's codes for a chain that ends in no trusted certificate
 * (https://nodejs.org/api/tls.html#x509-certificate-error-codes).
 */
const untrusted = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_UNTRUSTED',
  'CERT_SIGNATURE_FAILURE',
])

function namesOf(cert: PeerCertificate): string {
  return (cert.subjectaltname ?? '')
    .replaceAll(/\b(DNS|IP Address):/g, '')
    .split(', ')
    .slice(0, 6)
    .join(', ')
}

/**
 * The tightest dates in the chain that the server presents: Node's error does not carry them. No credentials are sent.
 */
function serverDates({ target }: Transport): Promise<{ readonly from: number; readonly to: number } | null> {
  const url = new URL(target.server)
  return new Promise((resolve) => {
    const socket = connect(
      { host: url.hostname.replace(/^\[|\]$/g, ''), port: portOf(url), rejectUnauthorized: false, timeout: 2000 },
      () => {
        const chain = chainOf(socket.getPeerCertificate(true))
        socket.destroy()
        const times = chain
          .map((cert) => ({ from: Date.parse(cert.valid_from), to: Date.parse(cert.valid_to) }))
          .filter(({ from, to }) => !Number.isNaN(from + to))
        resolve(
          times.length === 0
            ? null
            : { from: Math.max(...times.map(({ from }) => from)), to: Math.min(...times.map(({ to }) => to)) },
        )
      },
    )
    const giveUp = (): void => {
      socket.destroy()
      resolve(null)
    }
    socket.on('error', giveUp).on('timeout', giveUp)
  })
}

function chainOf(leaf: DetailedPeerCertificate): DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = []
  // A self-signed root is its own issuer.
  for (let cert = leaf; cert !== undefined && !chain.includes(cert) && chain.length < 10; cert = cert.issuerCertificate)
    chain.push(cert)
  return chain
}
