declare const checked: unique symbol

/** A name that was looked at: nothing in it means anything to a shell, a Corefile or a terminal. */
export type DnsName = string & { readonly [checked]: 'dns-name' }
export type IpAddress = string & { readonly [checked]: 'ip' }

const label = /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/i
/** RFC 1035, 2.3.4, as text: 255 octets on the wire, and a label of 63. */
const longestName = 254
const longestLabel = 63

/**
 * With or without its trailing dot; underscores, which RFC 952 does not know, are in use. null for anything else, the
 * root too.
 */
export function asDnsName(text: string): DnsName | null {
  if (text.length > longestName) return null
  const labels = (text.endsWith('.') ? text.slice(0, -1) : text).split('.')
  return labels.every((it) => it.length <= longestLabel && label.test(it)) ? (text as DnsName) : null
}

/**
 * A host of a rule as it can be shown and pasted: what no host has (the API server refuses it, a file may hold it) is
 * `_`, so that no shell reads anything in it, and no program an option.
 */
export function plainHost(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9._*-]/g, '_').replace(/^-/, '_')
}

/** As names are compared: without the dot of the root at its end, and without case (RFC 4343). */
export function bareName(name: string): string {
  return name.replace(/\.$/, '').toLowerCase()
}

/** Whether a name is this zone, or below it; both bare. The root zone is empty, and holds every name. */
export function isWithin(name: string, zone: string): boolean {
  return zone === '' || name === zone || name.endsWith(`.${zone}`)
}

/** An address without a zone or a port. */
export function asIpAddress(text: string): IpAddress | null {
  if (text.length > 45) return null
  const v4 = text.split('.')
  if (v4.length === 4 && v4.every((it) => /^\d{1,3}$/.test(it) && Number(it) <= 255)) return text as IpAddress
  return text.includes(':') && /^[0-9a-f:]{2,39}$/i.test(text) ? (text as IpAddress) : null
}

/**
 * `kubernetes.default.svc` below a cluster's domain, absolute; null where the domain, which comes from a Corefile, is
 * no name.
 */
export function apiServerName(domain: string): DnsName | null {
  return asDnsName(`kubernetes.default.svc.${domain}.`)
}
