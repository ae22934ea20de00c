/**
 * Whether a host name is one of a rule or a certificate: itself, or one more label where the pattern begins with `*.`.
 */
export function hostFits(pattern: string, host: string): boolean {
  const [wanted, name] = [pattern.toLowerCase(), host.toLowerCase()]
  if (wanted === name) return true
  const dot = name.indexOf('.')
  return wanted.startsWith('*.') && dot > 0 && name.slice(dot) === wanted.slice(1)
}

/**
 * What a `Host` header, an `:authority`, or a log's word of one names (RFC 9110 7.2): without its port, which all who
 * come by a NodePort send, without the dot of a full name, in small letters. Whatever compares hosts does so by this.
 */
export function hostAlone(host: string): string {
  return host
    .replace(/:\d{1,5}$/, '')
    .replace(/\.$/, '')
    .toLowerCase()
}
