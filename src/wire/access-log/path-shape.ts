/** A path is kept as it is up to here. */
const longest = 200

/**
 * A path without its query, and with what numbers and keys differ in: `/orders/17/items` and `/orders/18/items` are
 * one. Groups by whole paths would be as many as there are customers.
 */
export function pathShape(path: string): string {
  const query = path.indexOf('?')
  const plain = query === -1 ? path : path.slice(0, query)
  const cut = plain.length > longest ? `${plain.slice(0, longest)}…` : plain
  return /\d/.test(cut) || cut.length > 40 ? cut.split('/').map(segment).join('/') : cut
}

function segment(text: string): string {
  if (/^\d+$/.test(text)) return ':n'
  if (/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(text)) return ':id'
  const isKey = text.length >= 8 && /\d/.test(text) && /^[\w-]+$/.test(text)
  if (isKey && (/^[0-9a-f]+$/i.test(text) || text.length >= 20)) return ':id'
  return text.length > 60 ? ':long' : text
}
