import type { AccessLine } from './access-line.ts'

/**
 * What nginx answers by itself while it reads a request, before it chooses a backend: ngx_http_request.c
 * (`NGX_HTTP_BAD_REQUEST`, `…_TIME_OUT`, `…_URI_TOO_LARGE`, `…_HEADER_TOO_LARGE`), and what TLS has it say (495-497).
 */
const earlyStatuses: ReadonlySet<number> = new Set([400, 408, 411, 413, 414, 417, 421, 431, 494, 495, 496, 497])

/**
 * Whether nginx refused it before it chose a backend. A line without a path is of no request that could be read: what
 * scanners send, and TLS to a port without. A format that names no server does not tell.
 */
export function isRefusedEarly({ dialect, status, tries, backend, route, path }: AccessLine): boolean {
  return (
    dialect === 'nginx' &&
    status !== null &&
    earlyStatuses.has(status) &&
    tries?.length === 0 &&
    backend === null &&
    route === null &&
    path?.startsWith('/') === true
  )
}

/** Some clients are broken, and scanners are everywhere: what is more is of users. */
const fewest = 3
const smallestShare = 0.01

/** Whether so many of so many requests are more than scanners and broken clients account for. */
export function isNotable(refused: number, requests: number): boolean {
  return refused >= fewest && refused >= requests * smallestShare
}
