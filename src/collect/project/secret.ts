import { X509Certificate } from 'node:crypto'
import type { HeldCertificate, HeldSecret, KeyedObject } from '../../model/beside.ts'
import type { Intern } from '../../wire/intern.ts'
import { identity } from './identity.ts'
import { type Fields, fields, text } from './json.ts'

/** More keys than these are no Secret of a certificate. */
const mostKeys = 50
/** A chain of a dozen certificates has 30 KiB. */
const longestChain = 128 * 1024
/** RFC 1035; a certificate for more names than this is cut off, and then nothing is said of it. */
const mostHosts = 500

/**
 * `v1 Secret`: its type and the names of its keys. Of `tls.crt` the facts that anybody who connects is shown, and no
 * byte of any other value: that is not looked at.
 */
export function projectSecret(raw: unknown, intern: Intern, now: number | null): HeldSecret | null {
  const it = identity(raw, intern)
  if (it === null) return null
  const data = fields(fields(raw)['data'])
  return {
    namespace: it.namespace,
    name: it.name,
    type: text(fields(raw)['type']) ?? 'Opaque',
    keys: keysOf(data, fields(fields(raw)['stringData'])),
    certificate: certificateOf(text(data['tls.crt']), now),
  }
}

/** `v1 ConfigMap`, by its keys alone. */
export function projectKeys(raw: unknown, intern: Intern): KeyedObject | null {
  const it = identity(raw, intern)
  if (it === null) return null
  return {
    namespace: it.namespace,
    name: it.name,
    keys: keysOf(fields(fields(raw)['data']), fields(fields(raw)['binaryData'])),
  }
}

function keysOf(...maps: readonly Fields[]): readonly string[] {
  return [...new Set(maps.flatMap((it) => Object.keys(it)))].toSorted().slice(0, mostKeys)
}

/** The first of a chain is the server's own (RFC 8446, 4.4.2). */
function certificateOf(encoded: string | null, now: number | null): HeldCertificate | null {
  if (encoded === null || encoded.length > longestChain) return null
  try {
    const { subjectAltName = '', validTo } = new X509Certificate(Buffer.from(encoded, 'base64'))
    const hosts = hostsIn(subjectAltName)
    const until = Date.parse(validTo)
    if (hosts === null || Number.isNaN(until)) return null
    return { hosts, until: new Date(until).toISOString(), when: when(until) }
  } catch {
    return null
  }

  function when(until: number): HeldCertificate['when'] {
    if (now === null) return 'unsure'
    return now > until ? 'over' : 'valid'
  }
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
