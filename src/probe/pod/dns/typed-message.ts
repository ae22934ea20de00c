import { randomInt } from 'node:crypto'
import { encode, RECURSION_DESIRED } from 'dns-packet'
import type { Answer } from '../../../model/lookups.ts'
import type { DnsRecord } from '../../../model/resolution.ts'
import { heard, meaning } from './message.ts'

/** A question of any type, and its bytes. */
export interface TypedQuestion {
  readonly id: number
  readonly name: string
  readonly type: string
  readonly bytes: Buffer
}

export interface Reply {
  readonly answer: Answer
  readonly rcode: string
  readonly records: readonly DnsRecord[]
  /** Seconds for which a denial may still be kept: the TTL of the SOA that comes with it (RFC 2308). */
  readonly denialTtl: number | null
}

/** Questions whose IDs differ, so that their answers can be told apart. */
export function questionsOf(name: string, types: readonly string[]): readonly TypedQuestion[] {
  const first = randomInt(1, 0x8000)
  return types.map((type, index) => {
    const id = first + index
    return {
      id,
      name,
      type,
      bytes: encode({ id, type: 'query', flags: RECURSION_DESIRED, questions: [{ type, name, class: 'IN' }] }),
    }
  })
}

/** What a message says to one of `asked`; null when it is no answer to any of them. */
export function replyTo(
  asked: readonly TypedQuestion[],
  bytes: Buffer,
): { readonly question: TypedQuestion; readonly reply: Reply } | null {
  const found = heard(asked, bytes)
  if (found === null) return null
  const { question, message } = found
  const records = message.answers.map((it) => ({
    name: it.name,
    type: it.type,
    ttl: 'ttl' in it ? (it.ttl ?? 0) : 0,
    data: 'data' in it ? text(it.data) : '',
  }))
  const soa = message.authorities.find((it) => it.type === 'SOA')
  const denialTtl = soa !== undefined && 'ttl' in soa ? (soa.ttl ?? null) : null
  return { question, reply: { answer: meaning(message, question), rcode: message.rcode, records, denialTtl } }
}

/** A label may hold any byte (RFC 2181, 11): what ends a line or a word stands as `\010`, as dig prints it. */
function inOneWord(name: string): string {
  return name.replaceAll(/[\p{Cc} ]/gu, (it) => `\\${String(it.charCodeAt(0)).padStart(3, '0')}`)
}

/** Data as dig prints it. */
function text(data: unknown): string {
  if (typeof data === 'string') return inOneWord(data)
  if (Buffer.isBuffer(data)) return JSON.stringify(data.toString())
  if (Array.isArray(data)) return data.map(text).join(' ')
  if (typeof data !== 'object' || data === null) return String(data)
  const it = data as Readonly<Record<string, unknown>>
  if ('target' in it && 'port' in it)
    return [it['priority'] ?? 0, it['weight'] ?? 0, it['port'], it['target']].map(String).join(' ')
  if ('exchange' in it) return `${String(it['preference'] ?? 0)} ${String(it['exchange'])}`
  if ('mname' in it) return ['mname', 'rname', 'serial'].map((key) => String(it[key])).join(' ')
  return JSON.stringify(it)
}
