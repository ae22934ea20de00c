import type { ConfLocation } from '../../wire/nginx-conf.ts'

/** The largest body that a location takes, as nginx.conf has it there. */
export interface BodyLimit {
  /** null = any. */
  readonly bytes: number | null
  /** `1m`, as it stands there. */
  readonly word: string
  readonly line: number
}

/** null where the location says nothing of it: then it is the server's, or nginx's own 1m. */
export function bodyLimitOf({ settings }: Pick<ConfLocation, 'settings'>): BodyLimit | null {
  for (const { setting, line } of settings) {
    const [, digits, unit] = /^client_max_body_size\s+(\d{1,15})([kmg]?)$/i.exec(setting.replace(/;$/, '').trim()) ?? []
    if (digits === undefined) continue
    const bytes = Number(digits) * (factors[(unit ?? '').toLowerCase()] ?? 1)
    return { bytes: bytes === 0 ? null : bytes, word: `${digits}${unit ?? ''}`, line }
  }
  return null
}

/** `1m` (core/ngx_parse.c: ngx_parse_offset). */
const factors: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 }
