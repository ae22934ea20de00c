/** Where a connection goes. `signal` ends it, at any point. */
export interface Dial {
  readonly host: string
  readonly port: number
  readonly signal: AbortSignal
}

/** Those of proxies' own schemes are SOCKS (RFC 1928). */
const usual: Readonly<Record<string, number>> = { 'https:': 443, 'http:': 80 }

export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port)
  return usual[url.protocol] ?? 1080
}
