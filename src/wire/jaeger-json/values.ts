/** A value that JSON.parse made, looked at with care: whoever wrote it may have written anything. */
export type Fields = Readonly<Record<string, unknown>>

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : []
}

export function wordOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** An id in hexadecimal, or in base64 as protobuf's JSON has bytes; nothing of none. */
export function idOf(value: unknown): string | null {
  if (typeof value !== 'string' || value === '' || value.length > 64) return null
  if (/^[0-9a-f]+$/i.test(value)) return /^0+$/.test(value) ? null : value.toLowerCase()
  if (!/^(?:[A-Za-z0-9+/]{11}=|[A-Za-z0-9+/]{22}==)$/.test(value)) return /^[\w-]+$/.test(value) ? value : null
  const hex = [...atob(value)].map((it) => it.charCodeAt(0).toString(16).padStart(2, '0')).join('')
  return /^0+$/.test(hex) ? null : hex
}

/** 1 January 2100, in microseconds: later is no time of a span. */
const latest = 4_102_444_800_000_000

/** Microseconds, of a number of so many to one of them: JSON has 64 bits as text. */
export function microsOf(value: unknown, perMicro: number): number | null {
  const number = typeof value === 'string' && /^\d{1,20}$/.test(value) ? Number(value) : value
  if (typeof number !== 'number' || !(number >= 0)) return null
  const micros = number / perMicro
  return micros <= latest ? micros : null
}

/** Of one span, so many events and attributes. */
export const mostMarks = 64
export const mostAttributes = 256
