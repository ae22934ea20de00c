import type { HeldSecret, KeyedObject } from '../../model/beside.ts'
import type { Intern } from '../../wire/intern.ts'
import { identity } from './identity.ts'
import { type Fields, fields, text } from './json.ts'
import { tlsContent } from './tls-content.ts'

/** More keys than these are no Secret of a certificate. */
const mostKeys = 50

/**
 * `v1 Secret`: its type and the names of its keys. Of `tls.crt` the facts that anybody who connects is shown; of
 * `tls.key` whether it is the key of that, and of `ca.crt` whether it issued it. No byte of any value is kept, and no
 * other value is looked at.
 */
export function projectSecret(raw: unknown, intern: Intern, now: number | null): HeldSecret | null {
  const it = identity(raw, intern)
  if (it === null) return null
  const data = fields(fields(raw)['data'])
  const written = fields(fields(raw)['stringData'])
  const value = (key: string): string | null => {
    // What a manifest writes as text goes before (core/v1, Secret.stringData).
    const plain = text(written[key])
    return plain === null ? encodedIn(data, key) : Buffer.from(plain).toString('base64')
  }
  return {
    namespace: it.namespace,
    name: it.name,
    type: text(fields(raw)['type']) ?? 'Opaque',
    keys: keysOf(data, written),
    ...tlsContent({ certificate: value('tls.crt'), key: value('tls.key'), authority: value('ca.crt') }, now),
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

/** An empty value is one as well. */
function encodedIn(data: Fields, key: string): string | null {
  const value = data[key]
  return value === '' ? '' : text(value)
}
