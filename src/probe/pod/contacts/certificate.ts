import { checkServerIdentity, type PeerCertificate, type TLSSocket } from 'node:tls'
import type { Certificate } from '../../../model/contacts.ts'

const mostNames = 10
const longestName = 253

/** What a browser would find out about the certificate of this connection; null where none was shown. */
export function certificateOf(socket: TLSSocket, host: string): Certificate | null {
  const shown = socket.getPeerCertificate()
  if (shown === null || shown.valid_to === undefined) return null
  const subject = name(shown.subject?.CN)
  const issuer = name(shown.issuer?.CN)
  return {
    names: namesOf(shown, subject),
    subject,
    issuer,
    covers: covers(host, shown),
    validity: validity(shown),
    ...(shown.valid_from === undefined ? {} : { validFrom: shown.valid_from.slice(0, 40) }),
    validTo: shown.valid_to.slice(0, 40),
    trust: trust(socket),
  }
}

/** Node throws at names that are written in no way that it knows: whoever made them meant no good. */
function covers(host: string, shown: PeerCertificate): boolean {
  try {
    return checkServerIdentity(host, shown) === undefined
  } catch {
    return false
  }
}

/** `DNS:a.example.com, DNS:b.example.com`; a certificate without them has its subject's name alone. */
function namesOf(shown: PeerCertificate, subject: string): readonly string[] {
  const listed = (shown.subjectaltname ?? '')
    .slice(0, 10_000)
    .split(', ')
    .map((it) => name(it.slice(it.indexOf(':') + 1)))
    .filter((it) => it !== '')
  return (listed.length === 0 && subject !== '' ? [subject] : listed).slice(0, mostNames)
}

function validity({ valid_from, valid_to }: PeerCertificate): Certificate['validity'] {
  const now = Date.now()
  if (Date.parse(valid_to) < now) return 'expired'
  return Date.parse(valid_from) > now ? 'not-yet' : 'now'
}

/** OpenSSL's word for what stopped the chain. A name that does not fit is another matter, and told apart. */
function trust(socket: TLSSocket): Certificate['trust'] {
  const why = String(socket.authorizationError ?? '')
  if (socket.authorized || /ALTNAME|HAS_EXPIRED|NOT_YET_VALID/.test(why)) return 'public'
  return /SELF_SIGNED/.test(why) ? 'self-signed' : 'unknown-issuer'
}

/** A subject may repeat a field: then there are several. */
function name(value: string | string[] | undefined): string {
  const first = Array.isArray(value) ? value[0] : value
  return (first ?? '').slice(0, longestName)
}
