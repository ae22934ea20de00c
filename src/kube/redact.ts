/**
 * Text from outside (a server's message, a credential plug-in's last words) with everything that looks like a
 * credential taken out: it ends up in reports that people mail to each other.
 */
export function redact(text: string): string {
  return text
    .replace(/-----BEGIN [A-Z ]+-----[\s\S]*?(-----END [A-Z ]+-----|$)/g, '[redacted]')
    .replace(/\b(Bearer|Basic)\s+[\w+/=.~-]+/gi, '$1 [redacted]')
    .replace(/\beyJ[\w-]+\.[\w-]*(\.[\w-]*)?/g, '[redacted]')
    .replace(/\b([\w-]*(?:token|password|passwd|secret|api[-_]?key|key-data))(["']?\s*[:=]\s*["']?)[^\s"',;]+/gi, '$1$2[redacted]')
}

/** The first line that says something, redacted and at most `max` characters long. */
export function firstLine(text: string, max = 200): string {
  const line = redact(text).split(/\r?\n/).map((part) => part.trim()).find((part) => part !== '') ?? ''
  return line.length > max ? `${line.slice(0, max - 1)}…` : line
}
