/**
 * Whether a host name is one of a rule or a certificate: itself, or one more label where the pattern begins with `*.`.
 */
export function hostFits(pattern: string, host: string): boolean {
  const [wanted, name] = [pattern.toLowerCase(), host.toLowerCase()]
  if (wanted === name) return true
  const dot = name.indexOf('.')
  return wanted.startsWith('*.') && dot > 0 && name.slice(dot) === wanted.slice(1)
}
