import { u16, u8 } from './bytes.ts'

/** What the bytes that one side sends say of themselves, as far as a first segment tells. */
export type FirstWords =
  | { readonly kind: 'tls-client'; readonly name: string | null; readonly version: string }
  | { readonly kind: 'tls-server'; readonly version: string }
  | { readonly kind: 'tls-alert'; readonly code: number; readonly isFatal: boolean }
  | { readonly kind: 'http-request'; readonly method: string; readonly host: string | null }
  | { readonly kind: 'http-answer'; readonly status: number }

const longestHead = 2048

/** null for everything else. */
export function firstWords(bytes: Uint8Array, at: number, end: number): FirstWords | null {
  if (end - at < 7) return null
  const first = u8(bytes, at)
  if ((first === 21 || first === 22) && u8(bytes, at + 1) === 3 && u8(bytes, at + 2) <= 4) return tls(bytes, at, end)
  if (first === 0x48 && u8(bytes, at + 4) === 0x2f) return httpAnswer(bytes, at, end)
  return first >= 0x43 && first <= 0x54 ? httpRequest(bytes, at, end) : null
}

function tls(bytes: Uint8Array, at: number, end: number): FirstWords | null {
  const size = u16(bytes, at + 3)
  // An alert of two bytes is one that is not encrypted.
  if (u8(bytes, at) === 21)
    return size === 2 ? { kind: 'tls-alert', isFatal: u8(bytes, at + 5) === 2, code: u8(bytes, at + 6) } : null
  const stop = Math.min(end, at + 5 + size)
  const hello = u8(bytes, at + 5)
  if (hello === 1) return clientHello(bytes, at + 9, stop)
  return hello === 2 ? serverHello(bytes, at + 9, stop) : null
}

const versions: Readonly<Record<number, string>> = {
  0x0300: 'SSL 3.0',
  0x0301: 'TLS 1.0',
  0x0302: 'TLS 1.1',
  0x0303: 'TLS 1.2',
  0x0304: 'TLS 1.3',
}

function versionName(version: number): string {
  return versions[version] ?? `0x${version.toString(16).padStart(4, '0')}`
}

function clientHello(bytes: Uint8Array, at: number, end: number): FirstWords {
  let highest = u16(bytes, at)
  let name: string | null = null
  const session = at + 34
  const ciphers = session + 1 + u8(bytes, session)
  const compressions = ciphers + 2 + u16(bytes, ciphers)
  const extensions = compressions + 1 + u8(bytes, compressions)
  if (extensions + 2 <= end)
    eachExtension(bytes, extensions + 2, end, (type, its, size) => {
      // One name of type host_name: list length, type, length, name.
      if (type === 0 && size > 5 && u8(bytes, its + 2) === 0)
        name = latin(bytes, its + 5, Math.min(its + size, its + 5 + u16(bytes, its + 3)))
      if (type !== 43) return
      for (let one = its + 1; one + 2 <= its + size; one += 2)
        if (u16(bytes, one) > highest && u16(bytes, one) <= 0x0304) highest = u16(bytes, one)
    })
  return { kind: 'tls-client', name, version: versionName(highest) }
}

function serverHello(bytes: Uint8Array, at: number, end: number): FirstWords {
  let version = u16(bytes, at)
  const session = at + 34
  const extensions = session + 1 + u8(bytes, session) + 3
  if (extensions + 2 <= end)
    eachExtension(bytes, extensions + 2, end, (type, its, size) => {
      if (type === 43 && size === 2) version = u16(bytes, its)
    })
  return { kind: 'tls-server', version: versionName(version) }
}

function eachExtension(
  bytes: Uint8Array,
  from: number,
  end: number,
  see: (type: number, at: number, size: number) => void,
): void {
  let at = from
  while (at + 4 <= end) {
    const size = u16(bytes, at + 2)
    if (at + 4 + size > end) return
    see(u16(bytes, at), at + 4, size)
    at += 4 + size
  }
}

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'CONNECT'])

function httpRequest(bytes: Uint8Array, at: number, end: number): FirstWords | null {
  const head = latin(bytes, at, Math.min(end, at + longestHead))
  const method = head.slice(0, head.indexOf(' '))
  if (!methods.has(method) || !head.slice(0, head.indexOf('\r\n') + 1 || undefined).includes(' HTTP/1.')) return null
  const host = /\r\nhost:[ \t]{0,8}([^\r\n]{1,253})/i.exec(head)?.[1] ?? null
  return { kind: 'http-request', method, host }
}

function httpAnswer(bytes: Uint8Array, at: number, end: number): FirstWords | null {
  const status = /^HTTP\/1\.[01] ([1-5]\d\d)/.exec(latin(bytes, at, Math.min(end, at + 12)))?.[1]
  return status === undefined ? null : { kind: 'http-answer', status: Number(status) }
}

function latin(bytes: Uint8Array, at: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(at, end))
}

const alerts: Readonly<Record<number, string>> = {
  0: 'close_notify',
  10: 'unexpected_message',
  20: 'bad_record_mac',
  22: 'record_overflow',
  40: 'handshake_failure',
  42: 'bad_certificate',
  43: 'unsupported_certificate',
  44: 'certificate_revoked',
  45: 'certificate_expired',
  46: 'certificate_unknown',
  47: 'illegal_parameter',
  48: 'unknown_ca',
  49: 'access_denied',
  50: 'decode_error',
  51: 'decrypt_error',
  70: 'protocol_version',
  71: 'insufficient_security',
  80: 'internal_error',
  86: 'inappropriate_fallback',
  90: 'user_canceled',
  109: 'missing_extension',
  112: 'unrecognized_name',
  116: 'certificate_required',
  120: 'no_application_protocol',
}

/** As RFC 8446 calls it. */
export function alertName(code: number): string {
  return alerts[code] ?? `alert ${code}`
}
