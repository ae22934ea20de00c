import type { DirectContact } from '../../model/contacts.ts'

export function nameOfEndpoint({ pod, ip, port }: DirectContact): string {
  return pod ?? `${ip}:${port}`
}

/** Nobody but a port's name, or who calls it, says that it speaks HTTP. A user who names a URL wants it to. */
export function mayBeOther(it: DirectContact): boolean {
  return it.basis !== 'url' && isWrongProtocol(it)
}

/**
 * The connection stood, and what came back was no HTTP: a reset, an end, or bytes that Node's parser (HPE_) refuses.
 */
export function isWrongProtocol({ status, error }: DirectContact): boolean {
  return (
    status === null &&
    error !== null &&
    /^(?:ECONNRESET|EPROTO|EPIPE|HPE_|ERR_SSL|socket hang up|Parse Error)/.test(error)
  )
}
